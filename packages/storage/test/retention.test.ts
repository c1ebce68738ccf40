import { createTestDatabase } from "./support/index.ts";
import { expect, test } from "vitest";
import { lt } from "drizzle-orm";
import type { Database } from "../src/database.ts";
import { runRetention } from "../src/retention.ts";
import { worker } from "../src/schema/index.ts";
import { addClaim } from "./rows.ts";

async function fill(db: Database): Promise<void> {
  await db.transaction("fill", async ({ sql }) => {
    // From 40 days ago until now, one a day, the oldest first.
    await sql`
      insert into event (kind, at)
      select 'old', now() - (40 - day) * interval '1 day' from generate_series(0, 40) as day`;
    await sql`
      insert into log_chunk (run_id, asset_id, first_ordinal, last_ordinal, line_count, lines, at)
      select 1, 1, 0, 0, 1, '{}', now() - (40 - day) * interval '1 day' from generate_series(0, 40) as day`;
    await sql`
      insert into worker (id, host, pid, slots, lease_until, ended_at)
      select gen_random_uuid(), 'host', 1, 1, now(), ended
      from unnest(array[now() - interval '2 days', now() - interval '3 days', now() - interval '1 hour', null]) as ended`;
  });
  const longEnded = await db.drizzle
    .select({ workerId: worker.id })
    .from(worker)
    .where(lt(worker.endedAt, new Date(Date.now() - 60 * 3_600_000)));
  for (const { workerId } of longEnded) await addClaim(db, { runId: 1, workerId });
}

async function count(db: Database): Promise<unknown> {
  const [row] = await db.read(
    "count",
    ({ sql }) => sql`
    select (select count(*)::integer from event) as events, (select count(*)::integer from log_chunk) as "logChunks",
      (select count(*)::integer from worker) as workers`,
  );
  return row;
}

test("what is too old goes, in batches of any size, and the rest stays", async () => {
  await using database = await createTestDatabase();
  for (const batchSize of [1, 3, 1_000]) {
    await fill(database.db);
    // The worker with a claim stays until the sweep has taken the claim back.
    expect(await runRetention(database.db, { batchSize })).toEqual({ events: 11, logChunks: 11, workers: 1 });
    expect(await count(database.db)).toEqual({ events: 30, logChunks: 30, workers: 3 });
    expect(await runRetention(database.db, { batchSize })).toEqual({ events: 0, logChunks: 0, workers: 0 });
    await database.db.drizzle.execute("truncate event, log_chunk, worker, claim");
  }
});

test("a policy says how long, and a call does no more than its batches", async () => {
  await using database = await createTestDatabase();
  await fill(database.db);
  const policy = { eventDays: 5.5, logDays: 100, workerDays: 0, batchSize: 4, maxBatches: 2 };
  expect(await runRetention(database.db, policy)).toEqual({ events: 8, logChunks: 0, workers: 2 });
});

test("several processes may do it at once", async () => {
  await using database = await createTestDatabase();
  await fill(database.db);
  const results = await Promise.all([1, 2, 3].map(() => runRetention(database.db, { batchSize: 2 })));
  expect(results.reduce((sum, { events }) => sum + events, 0)).toBe(11);
  expect(await count(database.db)).toEqual({ events: 30, logChunks: 30, workers: 3 });
});
