import type { PoolUse } from "@heddle/core";
import type { TransactionSql } from "../database.ts";
import type { ChunkState } from "./chunk-state.ts";
import type { RunWork } from "./run-work.ts";

/** What of an asset decides which pools it counts against. */
type Pooled = Pick<ChunkState, "pools">;

/**
 * The pools that claims count against. A pool's row is locked before its slots are counted, and they are counted from
 * the claims that there are: nothing is kept that a crash could leave wrong.
 */
export class PooledAssets {
  readonly #sql: TransactionSql;
  readonly #work: RunWork;
  /** Slots that this very transaction sets free. */
  readonly #freed: ReadonlyMap<string, number>;
  /** Free slots of the pools that are locked; without limit where there is no such pool. */
  readonly #free = new Map<string, number>();
  #metLocks = false;

  constructor(sql: TransactionSql, work: RunWork, freed: ReadonlyMap<string, number>) {
    this.#sql = sql;
    this.#work = work;
    this.#freed = freed;
  }

  /** Whether a pool was held by another transaction. */
  get metLocks(): boolean {
    return this.#metLocks;
  }

  /** Locks and counts the pools of what could be claimed of runs. Sends nothing where no such asset names one. */
  async prepare(runIds: ReadonlySet<number>): Promise<void> {
    const names = new Set<string>();
    for (const chunk of this.#work.chunks()) {
      if (chunk.pools === null || !runIds.has(chunk.runId) || chunk.get("ready").isEmpty) continue;
      for (const { name } of chunk.pools) if (!this.#free.has(name)) names.add(name);
    }
    if (names.size === 0) return;
    const wanted = [...names].toSorted();
    // Whoever holds pools already waits for no other one: two that wait crosswise would never end.
    const isFirst = this.#free.size === 0;
    const sql = this.#sql;
    const [locked, known, used] = await Promise.all([
      isFirst
        ? sql<PoolRow[]>`${selectPools(sql, wanted)} for update`
        : sql<PoolRow[]>`${selectPools(sql, wanted)} for update skip locked`,
      isFirst ? [] : sql<PoolRow[]>`${selectPools(sql, wanted)}`,
      // After the locks, as a statement of its own: it sees what others have committed while these were waited for.
      readUsedSlots(sql, wanted),
    ]);
    const limits = new Map(locked.map(({ name, slots }) => [name, slots]));
    const held = new Set(known.filter(({ name }) => !limits.has(name)).map(({ name }) => name));
    if (held.size > 0) this.#metLocks = true;
    for (const name of wanted) {
      const limit = held.has(name) ? 0 : (limits.get(name) ?? Infinity);
      this.#free.set(name, limit - (used.get(name) ?? 0) + (this.#freed.get(name) ?? 0));
    }
  }

  /** How many executions of an asset its pools have room for. */
  roomFor({ pools }: Pooled): number {
    if (pools === null) return Infinity;
    const rooms = pools.map(({ name, slots }) => Math.floor((this.#free.get(name) ?? Infinity) / slots));
    return Math.max(0, Math.min(...rooms));
  }

  /** Executions of an asset are claimed. */
  take({ pools }: Pooled, executions: number): void {
    for (const { name, slots } of pools ?? []) {
      this.#free.set(name, (this.#free.get(name) ?? Infinity) - slots * executions);
    }
  }
}

interface PoolRow {
  readonly name: string;
  readonly slots: number;
}

function selectPools(sql: TransactionSql, names: readonly string[]) {
  return sql`select name, coalesce(override_slots, slots) as slots from pool where name = any(${names}::text[]) order by name`;
}

/** Slots of pools that running steps take up, by name. */
export async function readUsedSlots(sql: TransactionSql, names: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ name: string; used: number }[]>`
    select u ->> 'name' as name, sum(c.size * (u ->> 'slots')::integer)::integer as used
    from claim c cross join jsonb_array_elements(c.pools) u
    where c.pools is not null and u ->> 'name' = any(${names}::text[])
    group by 1`;
  return new Map(rows.map(({ name, used }) => [name, used]));
}

/** The pools of an asset as a column holds them. */
export function poolsText(pools: readonly PoolUse[] | null): string | null {
  return pools === null || pools.length === 0 ? null : JSON.stringify(pools);
}
