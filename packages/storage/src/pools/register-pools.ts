import type { PoolSnapshot } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/**
 * Puts the limits that a code location declares in force. What a person has set stays; a limit that is declared no more
 * goes, unless a person has set it. Declared by several code locations, the one that was loaded last decides.
 *
 * @returns how many were changed
 */
export async function registerPools(
  { sql }: Transaction,
  codeLocationId: number,
  pools: readonly PoolSnapshot[],
): Promise<number> {
  const declared = pools.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const put = await sql`
    insert into pool (name, slots, code_location_id)
    select name, slots, ${codeLocationId} from unnest(
      ${declared.map(({ name }) => name)}::text[], ${declared.map(({ slots }) => slots)}::integer[]
    ) as k (name, slots)
    order by name
    on conflict (name) do update set slots = excluded.slots, code_location_id = excluded.code_location_id
    where (pool.slots, pool.code_location_id) is distinct from (excluded.slots, excluded.code_location_id)`;
  const names = declared.map(({ name }) => name);
  const gone = await sql`
    delete from pool where code_location_id = ${codeLocationId} and override_slots is null
      and name <> all (${names}::text[])`;
  await sql`
    update pool set code_location_id = null, slots = override_slots
    where code_location_id = ${codeLocationId} and name <> all (${names}::text[])`;
  return put.count + gone.count;
}
