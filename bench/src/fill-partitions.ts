import { PartitionSet } from "@heddle/core/internal";
import type { Database } from "@heddle/storage";

/** What is to be known of the partitions of an asset. */
export interface FilledPartitions {
  readonly materialized: PartitionSet;
  readonly failed: PartitionSet;
}

/** Writes the state of an asset's partitions as many runs would have left it, in place of what there is. */
export async function fillPartitions(db: Database, key: string, sets: FilledPartitions): Promise<void> {
  const chunks = [...sets.materialized.union(sets.failed).chunks()].map(({ chunk }) => chunk);
  const column = (set: PartitionSet): Uint8Array[] => {
    const byChunk = new Map([...set.chunks()].map((piece) => [piece.chunk, piece.set]));
    return chunks.map((chunk) => (byChunk.get(chunk) ?? PartitionSet.EMPTY).encode());
  };
  await db.transaction("fillPartitions", async ({ sql }) => {
    await sql`delete from asset_chunk where asset_id = (select id from asset where key = ${key})`;
    await sql`
      insert into asset_chunk (environment_id, asset_id, chunk, materialized, failed)
      select e.id, a.id, k.chunk, k.materialized, k.failed
      from environment e, asset a, unnest(
        ${chunks}::integer[], ${column(sets.materialized)}::bytea[], ${column(sets.failed)}::bytea[]
      ) as k(chunk, materialized, failed)
      where a.key = ${key} and e.name = 'production'`;
  });
}
