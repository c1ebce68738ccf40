import { listPoolHolders, listPools, setPool, type PoolHolder, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { Pool, PoolChange, Pools } from "../contract.ts";
import type { PoolSetInput } from "../inputs/deployment.ts";

/** Holders of a pool that are told. */
const MAX_HOLDERS = 20;

/** Answers `pools.list`. */
export async function readPools(state: ApiState): Promise<Pools> {
  return state.db.read("pools.list", async (tx) => ({ pools: await describePools(state, tx) }));
}

/** Answers `pools.set`. @throws POOL_INVALID, POOL_UNKNOWN */
export async function changePool(state: ApiState, input: PoolSetInput): Promise<PoolChange> {
  const changed = await setPool(state.db, input);
  const { pools } = await readPools(state);
  return { changed, pool: pools.find(({ name }) => name === input.name) ?? null };
}

async function describePools(state: ApiState, tx: Transaction): Promise<Pool[]> {
  const rows = await listPools(tx);
  const index = await state.definitions.index(tx);
  const held = await listPoolHolders(tx, { pools: rows.map(({ name }) => name), limit: MAX_HOLDERS });
  const byPool = Map.groupBy(held, ({ pool }) => pool);
  const describe = ({ runId, assetId, slots }: PoolHolder) => ({ runId, asset: index.refOf(assetId), slots });
  return rows.map((row) => ({ ...row, holders: (byPool.get(row.name) ?? []).map(describe) }));
}
