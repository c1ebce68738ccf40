import { PartitionSet } from "@heddle/core/internal";
import type { Database } from "@heddle/storage";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

/** What must never be found, whatever was killed when. Each statement must return no row. */
const IMPOSSIBLE: Readonly<Record<string, string>> = {
  "a pointer to a materialization that does not exist": `
    select p.* from asset_partition p left join materialization m using (asset_id, ordinal, run_id) where m.run_id is null`,
  "a materialization of a step that did not succeed": `
    select m.run_id, m.asset_id, count(*), r.success from materialization m join run_asset r using (run_id, asset_id)
    group by 1, 2, r.success having count(*) <> r.success`,
  "a run that is over and owns steps": `
    select c.* from claim c join run r on r.id = c.run_id where r.ended_at is not null`,
  "a claim of a worker that has ended": `
    select c.* from claim c join worker w on w.id = c.worker_id where w.ended_at < clock_timestamp() - interval '5 s'`,
  "an open run without open steps": `select id from run where ended_at is null and unfinished = 0`,
  "counts that do not add up": `
    select run_id from run_asset where waiting + ready + running + backoff + success + failed + skipped + canceled <> total`,
};

/** Looks for what must never be. Gives what was found, empty when all is well. */
export async function findBrokenInvariants(db: Database): Promise<string[]> {
  const broken: string[] = [];
  for (const [name, statement] of Object.entries(IMPOSSIBLE)) {
    const rows = await db.read("testInvariant", async (tx) => [...(await tx.sql.unsafe(statement))]);
    if (rows.length > 0) broken.push(`${name}: ${JSON.stringify(rows.slice(0, 5))}`);
  }
  for (const place of await readStored(db)) {
    if (!existsSync(place.location)) broken.push(`${place.location} is current and missing`);
    else if (createHash("sha256").update(readFileSync(place.location)).digest("hex") !== place.sha256) {
      broken.push(`${place.location} is current and not what was published`);
    }
  }
  return broken;
}

async function readStored(db: Database): Promise<{ location: string; sha256: string }[]> {
  return db.read("testStored", async (tx) => [
    ...(await tx.sql<{ location: string; sha256: string }[]>`
      select m.stored ->> 'location' as location, m.stored -> 'objects' -> 0 ->> 'sha256' as sha256
      from asset_partition p join materialization m using (asset_id, ordinal, run_id)
      -- What is no object, such as rows of a table, has no file of its own.
      where m.stored -> 'objects' -> 0 is not null`),
  ]);
}

/** How often each partition of an asset was announced as materialized by a run. */
export async function countPublications(db: Database, runId: number, key: string): Promise<Map<number, number>> {
  const rows = await db.read("testEvents", async (tx) => [
    ...(await tx.sql<{ partitions: Uint8Array }[]>`
      select e.partitions from event e join asset a on a.id = e.asset_id
      where e.kind = 'materialized' and e.run_id = ${runId} and a.key = ${key}`),
  ]);
  const counts = new Map<number, number>();
  for (const { partitions } of rows) {
    for (const ordinal of PartitionSet.decode(partitions)) counts.set(ordinal, (counts.get(ordinal) ?? 0) + 1);
  }
  return counts;
}
