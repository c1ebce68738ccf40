import { cancelRun, openDatabase, pauseRun, resumeRun, type Database } from "@heddle/storage";
import { startTcpProxy } from "@heddle/test-support";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { countPublications, findBrokenInvariants } from "./support/invariants.ts";
import { until } from "./support/processes.ts";

const DEFINITIONS = `
import { asset, definitions, staticPartitions } from "@heddle/core";
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const path = (name: string) => new URL("../" + name, import.meta.url).pathname;
const note = (run: { id: string }, line: string) => appendFileSync(path("notes." + run.id), line + "\\n");
const untilLetGo = async (run: { id: string }, signal: AbortSignal) => {
  while (!existsSync(path("let-go." + run.id))) { signal.throwIfAborted(); await pause(5); }
};

// Links are made in a loop, of which the compiler cannot tell what each one reads.
const chain = (name: string, length: number, options: object = {}) => {
  const links: any[] = [asset({ key: name + "_0", materialize: () => 0, ...options })];
  for (let at = 1; at < length; at++)
    links.push(asset({ key: name + "_" + at, deps: { before: links[at - 1] }, materialize: ({ deps }: any) => deps.before + 1, ...options }));
  return links;
};

const first = asset({ key: "first", materialize: () => 1 });
const slow = asset({ key: "slow", deps: { first }, async materialize({ run, signal }) {
  note(run, "slow");
  await untilLetGo(run, signal);
  return 2;
} });
const after = asset({ key: "after", deps: { slow }, materialize: () => 3 });

const shaky = asset({ key: "shaky", deps: { first }, retry: { attempts: 2 }, materialize({ run }) {
  note(run, "shaky " + run.attempt);
  if (run.attempt === 1) throw new Error("the first attempt always fails");
  return 1;
} });
const steady = asset({ key: "steady", deps: { shaky }, materialize: () => 1 });
const broken = asset({ key: "broken", deps: { first }, materialize() { throw new Error("always"); } });
const skipped = asset({ key: "skipped", deps: { broken }, materialize: () => 1 });
const exits = asset({ key: "exits", deps: { first }, materialize() { process.exit(0); } });

const parts = asset({ key: "parts", deps: { first }, async materialize({ step, run }) {
  return step("once", () => { note(run, "once"); return 1; });
} });

const keys = staticPartitions(Array.from({ length: 12 }, (_, index) => "k" + index));
const busy = async (run: { id: string }) => { note(run, "+"); await pause(4); note(run, "-"); return 1; };
const wide0 = asset({ key: "wide0", partitions: keys, materialize: ({ run }) => busy(run) });
const wide1 = asset({ key: "wide1", partitions: keys, deps: { wide0 }, materialize: ({ run }) => busy(run) });
const wide2 = asset({ key: "wide2", partitions: keys, deps: { wide1 }, materialize: ({ run }) => busy(run) });

const gate = asset({ key: "gate", async materialize({ run, signal }) { note(run, "gate"); await untilLetGo(run, signal); return 1; } });
const behind = asset({ key: "behind", deps: { gate }, materialize({ run }) { note(run, "behind"); return 1; } });

const late = asset({ key: "late", deps: { gate }, async materialize({ run, signal }) {
  note(run, "late");
  while (!existsSync(path("let-late-go." + run.id))) {
    if (signal.aborted) note(run, "aborted");
    signal.throwIfAborted();
    await pause(5);
  }
  return 1;
} });

const left = asset({ key: "left", deps: { first }, materialize: ({ deps }) => deps.first + 10 });
const right = asset({ key: "right", deps: { first }, materialize: ({ deps }) => deps.first + 100 });
const both = asset({ key: "both", deps: { left, right }, materialize: ({ deps }) => deps.left + deps.right });

export default definitions({ assets: [
  ...chain("link", 30), ...chain("alone", 3, { isolation: "process" }),
  first, slow, after, shaky, steady, broken, skipped, exits, parts, wide0, wide1, wide2, gate, behind, late, left, right, both,
] });
`;

let deployment: TestDeployment;
let db: Database;

beforeAll(async () => {
  deployment = await createDeployment({ "src/definitions.ts": DEFINITIONS });
  ({ db } = deployment);
  await deployment.startDaemon();
  await deployment.startWorker();
  // Warm processes: only what is quick runs ahead.
  await deployment.ended(await deployment.launch(links(30)));
});
afterAll(async () => {
  expect(await findBrokenInvariants(db)).toEqual([]);
  await deployment[Symbol.asyncDispose]();
});

const links = (count: number): string[] => Array.from({ length: count }, (_, index) => `link_${index}`);

async function query<TRow extends object>(text: string): Promise<TRow[]> {
  return db.read("testQuery", async (tx) => [...(await tx.sql.unsafe<TRow[]>(text))]);
}

function notesOf(runId: number): string[] {
  const path = deployment.path(`notes.${runId}`);
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

/** How many steps were claimed before they were over; all others ran ahead to their end. */
async function countClaimed(runId: number, keys: readonly string[]): Promise<number> {
  const list = keys.map((key) => `'${key}'`).join();
  const [row] = await query<{ count: number }>(
    `select count(*)::integer as count from event e join asset a on a.id = e.asset_id
     where e.kind = 'steps_claimed' and e.run_id = ${runId} and a.key in (${list})`,
  );
  return row?.count ?? 0;
}

/** The value that a run stored, and that it is the only one. */
async function valueOf(runId: number, key: string): Promise<unknown> {
  expect([...(await countPublications(db, runId, key)).values()]).toEqual([1]);
  const [row] = await query<{ location: string }>(
    `select m.stored->>'location' as location from materialization m join asset a on a.id = m.asset_id
     where m.run_id = ${runId} and a.key = '${key}'`,
  );
  return JSON.parse(readFileSync(row?.location ?? "", "utf8"));
}

describe("a chain of quick steps", () => {
  it("does not wait for commits, and each step reads what the one before it made", async () => {
    const runId = await deployment.launch(links(30));
    expect(await deployment.ended(runId)).toBe("success");
    expect(await valueOf(runId, "link_29")).toBe(29);
    const inputs = await query<{ count: number }>(
      `select count(*)::integer as count from materialization m, jsonb_array_elements(m.inputs) i
       where m.run_id = ${runId} and (i->>'runId')::bigint = ${runId}`,
    );
    expect(inputs).toEqual([{ count: 29 }]);
  });

  it("is claimed now and then, and not step by step", async () => {
    // On a machine that stands still for a second nothing is known to be fresh.
    await until("steps run ahead to their end", async () => {
      const runId = await deployment.launch(links(30));
      expect(await deployment.ended(runId)).toBe("success");
      return (await countClaimed(runId, links(30))) < 30;
    });
  });

  it("is claimed step by step where each has a process of its own", async () => {
    const keys = ["alone_0", "alone_1", "alone_2"];
    const runId = await deployment.launch(keys);
    expect(await deployment.ended(runId)).toBe("success");
    expect(await countClaimed(runId, keys)).toBe(3);
  });

  it("comes together where a step reads several", async () => {
    const runId = await deployment.launch(["first", "left", "right", "both"]);
    expect(await deployment.ended(runId)).toBe("success");
    expect(await valueOf(runId, "both")).toBe(112);
  });
});

describe("a step that runs ahead", () => {
  it("is seen as running when it takes longer, and settled like any other", async () => {
    const runId = await deployment.launch(["first", "slow", "after"]);
    await until("it runs", () => notesOf(runId).includes("slow"));
    const claimed = () =>
      query(`select from claim c join asset a on a.id = c.asset_id where run_id = ${runId} and key = 'slow'`);
    await until("it is claimed", async () => (await claimed()).length === 1);
    writeFileSync(deployment.path(`let-go.${runId}`), "");
    expect(await deployment.ended(runId)).toBe("success");
    expect(notesOf(runId)).toEqual(["slow"]);
  });

  it("is stopped when its run is canceled, and publishes nothing", async () => {
    const runId = await deployment.launch(["first", "slow", "after"]);
    await until("it runs", () => notesOf(runId).includes("slow"));
    await cancelRun(db, runId);
    expect(await deployment.ended(runId)).toBe("canceled");
    expect((await countPublications(db, runId, "slow")).size).toBe(0);
  });

  it("fails and is tried again as its asset says", async () => {
    const runId = await deployment.launch(["first", "shaky", "steady"]);
    expect(await deployment.ended(runId)).toBe("success");
    expect(notesOf(runId)).toEqual(["shaky 1", "shaky 2"]);
    expect(await query(`select number, cause from attempt where run_id = ${runId}`)).toEqual([
      { number: 1, cause: "error" },
    ]);
  });

  it("fails for good, and what reads it is skipped", async () => {
    const runId = await deployment.launch(["first", "broken", "skipped"]);
    expect(await deployment.ended(runId)).toBe("failed");
    expect((await countPublications(db, runId, "skipped")).size).toBe(0);
  });

  it("may end its process", async () => {
    const runId = await deployment.launch(["first", "exits"]);
    expect(await deployment.ended(runId)).toBe("failed");
    expect(await query(`select cause from attempt where run_id = ${runId}`)).toEqual([{ cause: "exit" }]);
  });

  it("records its sub-steps once", async () => {
    const runId = await deployment.launch(["first", "parts"]);
    expect(await deployment.ended(runId)).toBe("success");
    expect(notesOf(runId)).toEqual(["once"]);
    expect(await query(`select name from sub_step where run_id = ${runId}`)).toEqual([{ name: "once" }]);
  });
});

it("never more steps run at once than the run allows", async () => {
  const runId = await deployment.launch(["wide0", "wide1", "wide2"], "all", { maxConcurrency: 2 });
  expect(await deployment.ended(runId)).toBe("success");
  let running = 0;
  let most = 0;
  for (const line of notesOf(runId)) most = Math.max(most, (running += line === "+" ? 1 : -1));
  expect([notesOf(runId).length, running, most]).toEqual([72, 0, 2]);
});

it("what runs ahead when its run is paused is stopped, and made after the run goes on", async () => {
  const runId = await deployment.launch(["gate", "late"]);
  await until("the first step runs", () => notesOf(runId).includes("gate"));
  await pauseRun(db, runId);
  writeFileSync(deployment.path(`let-go.${runId}`), "");
  await until("the first step is published", async () => (await countPublications(db, runId, "gate")).size === 1);
  const count = (line: string): number => notesOf(runId).filter((each) => each === line).length;
  await until("what ran ahead is stopped", () => count("late") === count("aborted"));
  await resumeRun(db, runId);
  writeFileSync(deployment.path(`let-late-go.${runId}`), "");
  expect(await deployment.ended(runId)).toBe("success");
  expect([...(await countPublications(db, runId, "late")).values()]).toEqual([1]);
  expect(await query(`select from attempt where run_id = ${runId}`)).toEqual([]);
});

it("what began ahead while its run was being paused is published once, after the run goes on", async () => {
  const runId = await deployment.launch(["gate", "behind"]);
  await until("the first step runs", () => notesOf(runId).includes("gate"));
  await pauseRun(db, runId);
  writeFileSync(deployment.path(`let-go.${runId}`), "");
  const isMade = async () => (await countPublications(db, runId, "gate")).size === 1;
  await until("the first step is published", isMade);
  expect((await countPublications(db, runId, "behind")).size).toBe(0);
  await resumeRun(db, runId);
  expect(await deployment.ended(runId)).toBe("success");
  expect([...(await countPublications(db, runId, "behind")).values()]).toEqual([1]);
});

it("answers that get lost change nothing: each step is published once", async () => {
  await using other = await createDeployment({ "src/definitions.ts": DEFINITIONS });
  await using proxy = await startTcpProxy(other.databaseUrl);
  await using faulty = await openDatabase({ url: proxy.url, applicationName: "faulty" });
  await other.startDaemon();
  const worker = await other.startWorker({ db: faulty });
  await other.ended(await other.launch(links(5)));
  const { accepted } = proxy;
  for (let round = 0; round < 5; round += 1) {
    const runId = await other.launch(links(30));
    const losing = setInterval(
      () => proxy.setFault({ kind: "drop-reply", text: "commit\0", after: "read write" }),
      20 * (round + 1),
    );
    try {
      expect(await other.ended(runId)).toBe("success");
    } finally {
      clearInterval(losing);
      proxy.setFault({ kind: "none" });
    }
    for (const key of links(30)) expect([...(await countPublications(other.db, runId, key)).values()]).toEqual([1]);
  }
  expect(proxy.accepted).toBeGreaterThan(accepted);
  await worker.stop();
  expect(await findBrokenInvariants(other.db)).toEqual([]);
}, 120_000);
