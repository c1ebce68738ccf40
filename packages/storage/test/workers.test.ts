import { randomUUID } from "node:crypto";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { acquireLease, assertLease, releaseLease } from "../src/leases.ts";
import { beatWorker, endWorker, registerWorker, requestDrain } from "../src/workers.ts";
import { addClaim, addRun } from "./rows.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database[Symbol.asyncDispose]());

const LEASE_MS = 20_000;

async function startWorker(): Promise<string> {
  const id = randomUUID();
  await registerWorker(database.db, { id, host: "host", pid: 1, slots: 4, leaseMs: LEASE_MS });
  return id;
}

async function readWorker(id: string): Promise<{ leftMs: number; hasEnded: boolean } | undefined> {
  const [row] = await database.db.read(
    "read worker",
    ({ sql }) => sql<{ leftMs: number; hasEnded: boolean }[]>`
    select extract(epoch from lease_until - clock_timestamp())::double precision * 1000 as "leftMs",
      ended_at is not null as "hasEnded"
    from worker where id = ${id}`,
  );
  return row;
}

async function claimFor(workerId: string, isCancelRequested: boolean): Promise<number> {
  const canceling = { status: "canceling", cancelRequestedAt: new Date() } as const;
  const runId = await addRun(database.db, isCancelRequested ? canceling : {});
  await addClaim(database.db, { runId, workerId });
  return runId;
}

test("a beat renews the lease by the database's clock", async () => {
  const id = await startWorker();
  await database.db.transaction(
    "age",
    ({ sql }) => sql`update worker set lease_until = clock_timestamp() where id = ${id}`,
  );
  expect(await beatWorker(database.db, { id, leaseMs: LEASE_MS })).toEqual({
    alive: true,
    cancelRuns: [],
    drain: false,
  });
  expect((await readWorker(id))?.leftMs).toBeGreaterThan(LEASE_MS / 2);
});

test("a beat tells which of the worker's runs were asked to stop, and whether to drain", async () => {
  const id = await startWorker();
  const other = await startWorker();
  const canceled = await claimFor(id, true);
  await claimFor(id, false);
  await claimFor(other, true);
  await requestDrain(database.db, id);
  expect(await beatWorker(database.db, { id, leaseMs: LEASE_MS })).toEqual({
    alive: true,
    cancelRuns: [canceled],
    drain: true,
  });
});

test("a worker that was ended is told so and cannot come back", async () => {
  const id = await startWorker();
  await endWorker(database.db, id);
  expect(await readWorker(id)).toMatchObject({ hasEnded: true });
  expect(await beatWorker(database.db, { id, leaseMs: LEASE_MS })).toMatchObject({ alive: false });
  await registerWorker(database.db, { id, host: "host", pid: 1, slots: 4, leaseMs: LEASE_MS });
  expect(await beatWorker(database.db, { id, leaseMs: LEASE_MS })).toMatchObject({ alive: false });
  expect(await beatWorker(database.db, { id: randomUUID(), leaseMs: LEASE_MS })).toMatchObject({ alive: false });
});

test("a worker that ends with claims leaves them to the sweep: its lease is over, its row is not", async () => {
  const id = await startWorker();
  await claimFor(id, false);
  await endWorker(database.db, id);
  const left = await readWorker(id);
  expect(left?.hasEnded).toBe(false);
  expect(left?.leftMs).toBeLessThanOrEqual(0);
});

test("of many who want a lease one gets it, and keeps it while it renews", async () => {
  const holders = Array.from({ length: 8 }, () => randomUUID());
  const leases = await Promise.all(holders.map((holder) => acquireLease(database.db, { name: "one", holder })));
  const held = leases.filter((lease) => lease !== undefined);
  expect(held).toHaveLength(1);
  const again = await acquireLease(database.db, { name: "one", holder: held[0]!.holder });
  expect(again).toMatchObject({ epoch: held[0]!.epoch, holder: held[0]!.holder });
  expect(again!.trustedUntilMs).toBeGreaterThan(held[0]!.trustedUntilMs);
});

test("a lease that ran out or was given back goes to another, and its old holder can act no more", async () => {
  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
  const lease = await acquireLease(database.db, { name: "two", holder: first });
  expect(await acquireLease(database.db, { name: "two", holder: second })).toBeUndefined();
  await database.db.transaction("act", (tx) => assertLease(tx, lease!));

  await database.db.transaction(
    "age",
    ({ sql }) => sql`update lease set expires_at = clock_timestamp() - interval '1 ms'`,
  );
  const taken = await acquireLease(database.db, { name: "two", holder: second });
  expect(taken).toMatchObject({ epoch: lease!.epoch + 1 });
  await expect(database.db.transaction("act late", (tx) => assertLease(tx, lease!))).rejects.toMatchObject({
    code: "DATABASE_LEASE_LOST",
  });
  // Its late farewell does not take the lease from the new holder.
  await releaseLease(database.db, lease!);
  expect(await acquireLease(database.db, { name: "two", holder: third })).toBeUndefined();

  await releaseLease(database.db, taken!);
  expect(await acquireLease(database.db, { name: "two", holder: third })).toMatchObject({ epoch: lease!.epoch + 2 });
});

test("a lease does not change hands while a transaction acts under it", async () => {
  const [first, second] = [randomUUID(), randomUUID()];
  const lease = await acquireLease(database.db, { name: "three", holder: first });
  await database.db.transaction(
    "age",
    ({ sql }) => sql`update lease set expires_at = '-infinity' where name = 'three'`,
  );
  const order: string[] = [];
  let takeover: Promise<unknown> = Promise.resolve();
  await database.db.transaction("act", async (tx) => {
    await assertLease(tx, lease!);
    takeover = acquireLease(database.db, { name: "three", holder: second }).then(() => order.push("taken over"));
    // It waits for the row: seen from outside, its backend waits for a lock.
    for (;;) {
      const [row] = await database.db.read(
        "waiting",
        ({ sql }) => sql<{ count: number }[]>`
        select count(*)::integer as count from pg_stat_activity where wait_event_type = 'Lock' and query like '%lease%'`,
      );
      if (row!.count > 0) break;
    }
    order.push("acted");
  });
  await takeover;
  expect(order).toEqual(["acted", "taken over"]);
});
