import type { Transaction } from "../database.ts";

/** Which of some origin keys runs have already. */
export async function readKnownOriginKeys({ sql }: Transaction, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await sql<{ originKey: string }[]>`
    select origin_key as "originKey" from run where origin_key = any (${keys}::text[])`;
  return new Set(rows.map(({ originKey }) => originKey));
}
