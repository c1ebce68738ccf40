import { HeddleError, type PoolUse } from "@heddle/core";
import { findPoolProblem, MAX_POOL_SLOTS } from "@heddle/core/internal";
import type { Database, Transaction, TransactionSql } from "../database.ts";
import { readUsedSlots } from "../runs/pooled-assets.ts";

/** A limit, and what counts against it now. */
export interface PoolRow {
  readonly name: string;
  /** Slots that it has now. */
  readonly slots: number;
  /** As the definitions say; `null` when they do not name it. */
  readonly declaredSlots: number | null;
  /** Whether a person has set `slots`. */
  readonly isSet: boolean;
  /** Code location that declares it. */
  readonly location: string | null;
  readonly used: number;
  /** Steps that could run if they had slots, 100,000 at most; those of runs that are admitted. */
  readonly ready: number;
}

/** Who takes up slots of a pool: steps of one asset of one run. */
export interface PoolHolder {
  readonly pool: string;
  readonly runId: number;
  readonly assetId: number;
  readonly slots: number;
}

const LIST_LIMIT = 1_000;

/** Lists the limits on steps by name, at most 1,000. The limit on admitted runs is none of them. */
export async function listPools({ sql }: Transaction): Promise<PoolRow[]> {
  const rows = await sql<Omit<PoolRow, "used">[]>`
    select p.name, coalesce(p.override_slots, p.slots) as slots,
      case when p.code_location_id is not null then p.slots end as "declaredSlots",
      p.override_slots is not null as "isSet", l.name as location,
      coalesce((
        select sum(a.ready) from run r join run_asset a on a.run_id = r.id
        where r.status = 'running' and a.ready > 0 and a.pools @> jsonb_build_array(jsonb_build_object('name', p.name))
      ), 0)::integer as ready
    from pool p left join code_location l on l.id = p.code_location_id
    where p.name <> 'runs' order by p.name limit ${LIST_LIMIT}::integer`;
  const used = await readUsedSlots(
    sql,
    rows.map(({ name }) => name),
  );
  return rows.map((row) => ({ ...row, used: used.get(row.name) ?? 0 }));
}

/** Lists who takes up slots of pools, by pool, the most first, at most `limit` of each. */
export async function listPoolHolders(
  { sql }: Transaction,
  { pools, limit }: { readonly pools: readonly string[]; readonly limit: number },
): Promise<PoolHolder[]> {
  return [
    ...(await sql<PoolHolder[]>`
      select pool, run_id as "runId", asset_id as "assetId", slots from (
        select u ->> 'name' as pool, c.run_id, c.asset_id, sum(c.size * (u ->> 'slots')::integer)::integer as slots,
          row_number() over (partition by u ->> 'name' order by sum(c.size * (u ->> 'slots')::integer) desc, c.run_id) as place
        from claim c cross join jsonb_array_elements(c.pools) u
        where c.pools is not null and u ->> 'name' = any(${pools}::text[])
        group by 1, 2, 3
      ) held where place <= ${limit}::integer order by pool, place`),
  ];
}

/** What {@link setPool} does. */
export interface SetPoolOptions {
  readonly name: string;
  /** 0 lets none of its steps begin; `null`: what the definitions say holds again. */
  readonly slots: number | null;
}

/**
 * Sets the slots of a pool. A limit that no definitions declare is made, and goes with `null`; one for a code location or
 * a tag holds for the runs that are open, too.
 *
 * @returns whether anything changed
 * @throws POOL_INVALID, POOL_UNKNOWN
 */
export async function setPool(db: Database, { name, slots }: SetPoolOptions): Promise<boolean> {
  checkName(name, slots);
  return db.transaction(
    "setPool",
    async (tx) => {
      const { sql } = tx;
      const changed = await change(sql, { name, slots });
      if (!changed) return false;
      await applyToOpenRuns(sql, name);
      await tx.notify("heddle_work");
      return true;
    },
    { isIdempotent: true },
  );
}

function checkName(name: string, slots: number | null): void {
  const isOwn = /^(?:asset|location) \S/u.test(name);
  const fits = slots === null || (Number.isInteger(slots) && slots >= 0 && slots <= MAX_POOL_SLOTS);
  const problem = isOwn ? null : findPoolProblem(name, 1);
  if (problem === null && fits) return;
  throw new HeddleError(
    "POOL_INVALID",
    problem ?? `a pool has 0 to ${MAX_POOL_SLOTS} slots, and not ${String(slots)}`,
    {
      hint: "Name a pool of the definitions, or write `tag name=value`, `location name` or `asset key`.",
    },
  );
}

async function change(sql: TransactionSql, { name, slots }: SetPoolOptions): Promise<boolean> {
  const [known] = await sql<{ isDeclared: boolean; override: number | null }[]>`
    select code_location_id is not null as "isDeclared", override_slots as override from pool
    where name = ${name} and name <> 'runs' for update`;
  if (known === undefined) {
    if (slots === null) throw poolUnknown(name);
    await sql`insert into pool (name, slots, override_slots) values (${name}, ${slots}, ${slots}) on conflict (name) do nothing`;
    return true;
  }
  if (known.override === slots) return false;
  if (slots === null && !known.isDeclared) await sql`delete from pool where name = ${name}`;
  else await sql`update pool set override_slots = ${slots} where name = ${name}`;
  return true;
}

/** A limit that steps do not name themselves is written where runs look for it. */
async function applyToOpenRuns(sql: TransactionSql, name: string): Promise<void> {
  const [, kind, value] = /^(tag|location|asset) (.+)$/u.exec(name) ?? [];
  if (kind === undefined || value === undefined) return;
  const use: PoolUse = { name, slots: 1 };
  const [tag = "", ...rest] = value.split("=");
  const belongs =
    kind === "asset"
      ? sql`s.key = ${value}`
      : kind === "location"
        ? sql`l.name = ${value}`
        : sql`(s.definition -> 'tags' ->> ${tag} = ${rest.join("=")} or r.tags ->> ${tag} = ${rest.join("=")})`;
  await sql`
    update run_asset a set pools = coalesce(a.pools, '[]'::jsonb) || ${JSON.stringify([use])}::text::jsonb
    from run r, asset s, code_location l
    where r.id = a.run_id and r.status in ('queued', 'running', 'paused', 'canceling')
      and s.id = a.asset_id and l.id = s.code_location_id and ${belongs}
      and not coalesce(a.pools @> ${JSON.stringify([{ name }])}::text::jsonb, false)`;
}

function poolUnknown(name: string): HeddleError {
  return new HeddleError("POOL_UNKNOWN", `there is no pool "${name}"`, {
    hint: "`heddle pools` lists them; state slots to make one.",
    details: { pool: name },
  });
}
