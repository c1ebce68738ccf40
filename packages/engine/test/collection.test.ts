import { readCollections, requestCollection, type CollectionRow } from "@heddle/storage";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { findBrokenInvariants } from "./support/invariants.ts";
import { descendantsOf, isAlive, until, type TestProcess } from "./support/processes.ts";

const DEFINITIONS = `
import { asset, definitions, ioManager, objectStore, staticPartitions } from "@heddle/core";
import { filesystemStore } from "@heddle/io/filesystem";
import { json } from "@heddle/io/json";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const path = (name: string) => new URL("../" + name, import.meta.url).pathname;
const days = staticPartitions(["Mon", "Tue", "Wed", "Thu"]);

// A disk of its own that fails while a file says so, and stands still while another one does.
const disk = filesystemStore({ directory: path("disk") });
const moody = objectStore({ ...disk, async delete(key: string) {
  if (existsSync(path("broken"))) throw new Error("the disk is on strike");
  appendFileSync(path("deletes"), process.pid + " " + key + "\\n");
  while (existsSync(path("stand-still"))) await pause(20);
  await disk.delete(key);
} });
// Rows in a table rather than objects in a store.
const rows = ioManager({
  name: "rows",
  store: undefined,
  async write(_value, { attemptId }) {
    return { io: "rows", objects: [], dataVersion: attemptId, details: { version: attemptId } };
  },
  async load() { return 1; },
  async remove({ details }, { assetKey, partitionKey }) {
    appendFileSync(path("removed-rows"), assetKey + " " + partitionKey + " " + details?.["version"] + "\\n");
  },
  // What is current, as well as what an attempt has written and never published.
  async *listStored({ assetKey }) {
    const listed: string[] = existsSync(path("rows")) ? JSON.parse(readFileSync(path("rows"), "utf8")) : [];
    for (const attemptId of listed) {
      const stored = { io: "rows", objects: [], dataVersion: attemptId, details: { version: attemptId } };
      yield { assetKey, partitionKey: "Mon", attemptId, stored, modifiedAt: 1_000 * Math.floor(Date.now() / 1_000) - 1_000 };
    }
  },
});

const plain = asset({ key: "plain", partitions: days, materialize: ({ run }) => "by " + run.id });
const moodyAsset = asset({ key: "moody", partitions: days, io: json({ store: moody }), materialize: ({ run }) => "by " + run.id });
const table = asset({ key: "table", partitions: days, io: rows, materialize: ({ run }) => "by " + run.id });
const reader = asset({ key: "reader", deps: { plain }, async materialize({ deps, run }) {
  appendFileSync(path("reading." + run.id), "begun");
  while (!existsSync(path("read-on." + run.id))) await pause(20);
  const read: unknown[] = [];
  for await (const [, value] of deps.plain) read.push(value);
  return read;
} });
export default definitions({ assets: [plain, moodyAsset, table, reader] });
`;

let deployment: TestDeployment;
let workers: TestProcess[] = [];

beforeAll(async () => {
  deployment = await createDeployment({ "src/definitions.ts": DEFINITIONS });
  // Collections are asked for by the tests.
  await deployment.startDaemon({ collection: null });
});
afterEach(async () => {
  for (const worker of workers) worker.signal("SIGKILL");
  await Promise.all(workers.map((worker) => worker.exited));
  workers = [];
  for (const name of ["broken", "stand-still"]) rmSync(deployment.path(name), { force: true });
});
afterAll(() => deployment[Symbol.asyncDispose]());

const storage = (): string => deployment.path("storage");

async function startWorker(): Promise<TestProcess> {
  const worker = await deployment.spawn("worker", { HEDDLE_STORAGE: storage() });
  workers.push(worker);
  return worker;
}

/** Asks for a collection and waits for its end. */
async function collect(graceMs = 1): Promise<CollectionRow & { readonly counts: Record<string, number> }> {
  const before = await readState();
  await requestCollection(deployment.db, { codeLocationId: 1, graceMs });
  await until("the collection is over", async () => {
    const state = await readState();
    return state?.isOpen === false && state.finishedAt?.getTime() !== before?.finishedAt?.getTime();
  });
  const state = await readState();
  if (state === undefined) throw new Error("there was no collection");
  return { ...state, counts: state.result as Record<string, number> };
}

async function readState(): Promise<CollectionRow | undefined> {
  return (await deployment.db.read("collections", readCollections))[0];
}

/** Objects below a directory, without the note of who owns it, as `asset/partition`. */
function objectsIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "deployment.json")
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .toSorted();
}

async function make(keys: readonly string[], partitions = "all"): Promise<number> {
  const run = await deployment.launch(keys, partitions);
  expect(await deployment.ended(run)).toBe("success");
  return run;
}

async function collected(runId: number, asset: string): Promise<number[]> {
  const rows = await deployment.db.read(
    "collected",
    ({ sql }) => sql<{ ordinal: number }[]>`
      select m.ordinal from materialization m join asset a on a.id = m.asset_id
      where m.run_id = ${runId} and a.key = ${asset} and m.collected_at is not null order by 1`,
  );
  return rows.map(({ ordinal }) => ordinal);
}

const runOf = (object: string): number => Number(/(?<run>\d+)-\d+\.json$/.exec(object)?.groups?.["run"]);

describe("collection", () => {
  it("removes what was replaced and what was never published, and nothing else", async () => {
    await startWorker();
    const first = await make(["plain", "moody", "table"]);
    const second = await make(["plain", "moody", "table"], "Tue..Wed");
    const current = objectsIn(storage()).filter((object) => runOf(object) === second);
    expect(current).toHaveLength(2);
    // Attempts that were fenced, or died before they were published.
    const orphans = ["plain/Mon%u1", "plain/Tue%u1"].map((place) => `${place}/${first}-99999.json`);
    const foreign = [
      "plain/notes.json",
      "plain/Mon%u1/readme.txt",
      `plain/Mon%u1/${first}-1.json.bak`,
      `plain/Nope/${first}-99999.json`,
      `plain/Mon%u1/${second + 1_000}-1.json`,
      `other/Mon%u1/${first}-99999.json`,
    ];
    for (const object of [...orphans, ...foreign]) {
      mkdirSync(dirname(join(storage(), object)), { recursive: true });
      writeFileSync(join(storage(), object), "7 bytes");
    }
    writeFileSync(join(storage(), "plain", ".tmp-of-a-dead-writer"), "half");
    utimesSync(join(storage(), "plain", ".tmp-of-a-dead-writer"), 1, 1);

    // All of it is young as yet.
    expect((await collect(3_600_000)).counts).toMatchObject({ values: 0, abandoned: 0, failed: 0, pieces: 1 });
    const { counts, failures } = await collect();
    expect({ counts, failures }).toMatchObject({
      counts: { values: 6, abandoned: 2, abandonedBytes: 14, outOfReach: 0, failed: 0, problems: [] },
      failures: 0,
    });
    const left = objectsIn(storage());
    expect(left.filter((object) => !foreign.includes(object)).map(runOf)).toEqual([first, first, second, second]);
    expect(left).toEqual(expect.arrayContaining(foreign));
    expect(
      objectsIn(deployment.path("disk"))
        .map(runOf)
        .toSorted((a, b) => a - b),
    ).toEqual([first, first, second, second]);
    expect(readFileSync(deployment.path("removed-rows"), "utf8").trim().split("\n").toSorted()).toEqual([
      expect.stringMatching(new RegExp(`^table Tue ${first}-\\d+$`)),
      expect.stringMatching(new RegExp(`^table Wed ${first}-\\d+$`)),
    ]);
    for (const asset of ["plain", "moody", "table"]) {
      expect(await collected(first, asset)).toEqual([1, 2]);
      expect(await collected(second, asset)).toEqual([]);
    }
    const events = await deployment.db.read(
      "events",
      ({ sql }) =>
        sql<{ payload: unknown }[]>`select payload from event where kind = 'collected' order by id desc limit 1`,
    );
    expect(events).toMatchObject([{ payload: { location: "test-project", result: { values: 6 } } }]);
    expect((await collect()).counts).toMatchObject({ values: 0, abandoned: 0, pieces: 0, failed: 0 });
    // What the table holds lies in no file.
    const broken = await findBrokenInvariants(deployment.db);
    expect(broken.filter((text) => !text.startsWith("null "))).toEqual([]);
  });

  it("removes what an I/O manager without objects has stored and never published", async () => {
    await startWorker();
    const run = await make(["table"], "Mon");
    const [made] = await deployment.db.read(
      "made",
      ({ sql }) => sql<{ attemptId: string }[]>`
        select run_id || '-' || claim_id as "attemptId" from materialization where run_id = ${run}`,
    );
    const dead = `${run}-99999`;
    writeFileSync(deployment.path("rows"), JSON.stringify([made?.attemptId, dead, "1000000-1", "nobody's"]));
    expect((await collect()).counts).toMatchObject({ abandoned: 1, failed: 0 });
    const removed = readFileSync(deployment.path("removed-rows"), "utf8");
    expect(removed.trim().split("\n").at(-1)).toBe(`table Mon ${dead}`);
    rmSync(deployment.path("rows"));
  });

  it("leaves what a step that runs may be reading, until that has ended", async () => {
    await startWorker();
    const first = await make(["plain"]);
    const reading = await deployment.launch(["reader"]);
    await until("it reads", () => existsSync(deployment.path(`reading.${reading}`)));
    await make(["plain"]);
    await collect();
    expect(await collected(first, "plain")).toEqual([]);
    writeFileSync(deployment.path(`read-on.${reading}`), "");
    expect(await deployment.ended(reading)).toBe("success");
    await collect();
    expect(await collected(first, "plain")).toEqual([0, 1, 2, 3]);
  });

  it("reports a store that fails, does the rest, and tries again", async () => {
    await startWorker();
    const first = await make(["plain", "moody"]);
    await make(["plain", "moody"]);
    writeFileSync(deployment.path("broken"), "");
    const failing = await collect();
    expect(failing.failures).toBe(1);
    expect(failing.counts).toMatchObject({ failed: 8, problems: [{ message: "the disk is on strike" }] });
    expect(await collected(first, "plain")).toEqual([0, 1, 2, 3]);
    expect(await collected(first, "moody")).toEqual([]);
    rmSync(deployment.path("broken"));
    expect(await collect()).toMatchObject({ failures: 0, counts: { failed: 0 } });
    expect(await collected(first, "moody")).toEqual([0, 1, 2, 3]);
  });

  it("takes up what a worker that was killed had begun", async () => {
    const killed = await startWorker();
    const first = await make(["moody"]);
    const second = await make(["moody"]);
    const deletes = (): string =>
      existsSync(deployment.path("deletes")) ? readFileSync(deployment.path("deletes"), "utf8") : "";
    const before = deletes();
    writeFileSync(deployment.path("stand-still"), "");
    await requestCollection(deployment.db, { codeLocationId: 1, graceMs: 1 });
    await until("it removes", () => deletes() !== before);
    const children = descendantsOf(killed.pid);
    expect(await collected(first, "moody")).toEqual([]);
    killed.signal("SIGKILL");
    await until("its processes are gone", () => !children.some(isAlive));
    rmSync(deployment.path("stand-still"));
    await startWorker();
    await until("another one has done it", async () => (await readState())?.isOpen === false);
    expect(await collected(first, "moody")).toEqual([0, 1, 2, 3]);
    expect(objectsIn(deployment.path("disk")).map(runOf)).toEqual([second, second, second, second]);
  });

  it("collects nothing where another deployment has its values", async () => {
    await startWorker();
    const first = await make(["plain", "moody"]);
    await make(["plain", "moody"]);
    const owner = join(storage(), "_heddle", "deployment.json");
    const before = readFileSync(owner, "utf8");
    writeFileSync(
      owner,
      before.replace(/[0-9a-f]/, (digit) => (digit === "0" ? "1" : "0")),
    );
    const refused = await collect();
    expect(refused.counts["problems"]).toMatchObject([{ code: "COLLECTION_STORE_SHARED" }]);
    expect(await collected(first, "plain")).toEqual([]);
    expect(await collected(first, "moody")).toEqual([0, 1, 2, 3]);
    writeFileSync(owner, before);
    await collect();
    expect(await collected(first, "plain")).toEqual([0, 1, 2, 3]);
  });

  it("tells why it cannot begin, and begins when it can", async () => {
    await startWorker();
    const [code] = await deployment.db.read(
      "code",
      ({ sql }) => sql<{ id: number; hash: string }[]>`select id, hash from code_version`,
    );
    const setHash = (hash: string) =>
      deployment.db.transaction(
        "set hash",
        ({ sql }) => sql`update code_version set hash = ${hash} where id = ${code?.id ?? 0}`,
      );
    await setHash("of something else");
    expect(await collect()).toMatchObject({
      failures: 1,
      counts: { failed: 1, problems: [{ code: "CODE_VERSION_CORRUPT" }] },
    });
    await setHash(code?.hash ?? "");
    expect(await collect()).toMatchObject({ failures: 0, counts: { failed: 0 } });
  });
});
