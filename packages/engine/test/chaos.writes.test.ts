import type { ObjectStore, StoredValue } from "@heddle/core";
import { filesystemStore } from "@heddle/io/filesystem";
import { s3Store } from "@heddle/io/s3";
import { readCollections, requestCollection } from "@heddle/storage";
import { BUCKET_START_MS, createTestBucket, type TestBucket } from "@heddle/test-support";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { descendantsOf, isAlive, until, type TestProcess } from "./support/processes.ts";

/** Every kind of write that a worker can die in, each with an asset of its own. */
const project = (bucket: TestBucket): string => `
import { asset, assetCheck, definitions, ioManager, pass } from "@heddle/core";
import { filesystemStore } from "@heddle/io/filesystem";
import { bytes } from "@heddle/io/bytes";
import { json, jsonLines } from "@heddle/io/json";
import { s3Store } from "@heddle/io/s3";
import { existsSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const path = (name: string) => new URL("../" + name, import.meta.url).pathname;
const disk = filesystemStore({ directory: path("disk") });
const cloud = s3Store({ ...${JSON.stringify(bucket)}, prefix: "chaos", partBytes: 5 * 1024 * 1024 });

/** Says that it has come to a place, and stands there while the test wants it to. */
async function stand(name: string) {
  if (!existsSync(path("hold"))) return;
  writeFileSync(path("at." + name), "");
  while (existsSync(path("hold"))) await pause(10);
}
async function* lines(name: string, run: string, count: number) {
  for (let index = 0; index < count; index += 1) {
    yield { run, index, text: "x".repeat(2_000) };
    if (index === count - 20) await stand(name);
  }
}

// So large that it is caught in the middle of its file.
const put = asset({ key: "put", io: bytes({ store: disk }), materialize: ({ run }) => Buffer.alloc(300_000_000, Number(run.id) % 250) });
const stream = asset({ key: "stream", io: jsonLines({ store: disk }), materialize: ({ run }) => lines("stream", run.id, 12_500) });
const upload = asset({ key: "upload", io: jsonLines({ store: cloud }), materialize: ({ run }) => lines("upload", run.id, 12_500) });
const staged = asset({ key: "staged", io: json({ store: cloud }), materialize: ({ run }) => ({ run: run.id }) });
const check = assetCheck({ asset: staged, name: "stands", blocking: true, async check() { await stand("staged"); return pass(); } });
const plain = json({ store: disk });
// Readers that do not come through Heddle see what this file names.
const shown = ioManager<{ run: string }, unknown>({
  name: plain.name,
  store: disk,
  write: (value, context) => plain.write(value, context),
  load: (context) => plain.load(context),
  async publish(stored, { fence }) {
    const [, before = -1] = existsSync(path("shown")) ? JSON.parse((await import("node:fs")).readFileSync(path("shown"), "utf8")) : [];
    if (fence >= before) writeFileSync(path("shown"), JSON.stringify([stored.objects[0]?.key, fence]));
    await stand("published");
  },
});
const published = asset({ key: "published", io: shown, materialize: ({ run }) => ({ run: run.id }) });
export default definitions({ assets: [put, stream, upload, staged, published], checks: [check] });
`;

let bucket: TestBucket;
let deployment: TestDeployment;
let stores: { readonly disk: ObjectStore; readonly cloud: ObjectStore };
let workers: TestProcess[] = [];

beforeAll(async () => {
  bucket = await createTestBucket();
  deployment = await createDeployment({ "src/definitions.ts": project(bucket) });
  stores = {
    disk: filesystemStore({ directory: deployment.path("disk") }),
    cloud: s3Store({ ...bucket, prefix: "chaos" }),
  };
  // Collections are asked for by the tests.
  await deployment.startDaemon({ collection: null });
}, BUCKET_START_MS);
afterEach(async () => {
  rmSync(deployment.path("hold"), { force: true });
  for (const worker of workers) worker.signal("SIGKILL");
  await Promise.all(workers.map((worker) => worker.exited));
  workers = [];
});
afterAll(() => deployment[Symbol.asyncDispose]());

async function startWorker(): Promise<TestProcess> {
  const worker = await deployment.spawn("worker", { HEDDLE_STORAGE: deployment.path("storage") });
  workers.push(worker);
  return worker;
}

async function make(key: string): Promise<number> {
  const run = await deployment.launch([key]);
  expect(await deployment.ended(run)).toBe("success");
  return run;
}

/** The current value of an asset, read and verified as its consumers do, and the run that made it. */
async function readCurrent(key: string, store: ObjectStore): Promise<{ readonly runId: number; readonly key: string }> {
  const [row] = await deployment.db.read(
    "current",
    ({ sql }) => sql<{ runId: number; stored: StoredValue }[]>`
      select m.run_id as "runId", m.stored from asset a
      join asset_partition p on p.asset_id = a.id
      join materialization m on m.asset_id = p.asset_id and m.ordinal = p.ordinal and m.run_id = p.run_id
      where a.key = ${key} and m.collected_at is null`,
  );
  const [object] = row?.stored.objects ?? [];
  if (row === undefined || object === undefined) throw new Error(`${key} has no current value`);
  const { signal } = new AbortController();
  let bytes = 0;
  for await (const chunk of store.stream(object, { signal })) bytes += chunk.length;
  expect(bytes).toBe(object.bytes);
  return { runId: row.runId, key: object.key };
}

/** What lies in a store of an asset: keys of objects. */
async function keysIn(store: ObjectStore, asset: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(`${asset}/`)) keys.push(key);
  return keys;
}

const temporaries = (): string[] =>
  readdirSync(deployment.path("disk"), { recursive: true, encoding: "utf8" }).filter((name) => name.includes(".tmp-"));

async function collect(): Promise<Record<string, unknown>> {
  const state = async () => (await deployment.db.read("collections", readCollections))[0];
  const before = (await state())?.finishedAt?.getTime();
  await requestCollection(deployment.db, { codeLocationId: 1, graceMs: 1 });
  await until("the collection is over", async () => {
    const now = await state();
    return now?.isOpen === false && now.finishedAt?.getTime() !== before;
  });
  return (await state())?.result as Record<string, unknown>;
}

/**
 * A first run makes the asset; a second one dies in the middle of its write, by the kill of its worker; another worker
 * makes it again.
 */
async function dieWhileWriting(
  asset: string,
  options: { readonly store: ObjectStore; readonly isThere: () => boolean; readonly isHeld?: boolean },
): Promise<{ readonly left: string[]; readonly first: number; readonly second: number; readonly meanwhile: string }> {
  const { store, isThere, isHeld = true } = options;
  const worker = await startWorker();
  const first = await make(asset);
  if (isHeld) writeFileSync(deployment.path("hold"), "");
  const second = await deployment.launch([asset]);
  await until("it writes", isThere);
  const children = descendantsOf(worker.pid);
  worker.signal("SIGKILL");
  await until("its processes are gone", () => !children.some(isAlive));
  const meanwhile = await readCurrent(asset, store);
  expect(meanwhile.runId).toBe(first);
  const left = await keysIn(store, asset);
  rmSync(deployment.path("hold"), { force: true });
  await startWorker();
  expect(await deployment.ended(second)).toBe("success");
  expect((await readCurrent(asset, store)).runId).toBe(second);
  return { left, first, second, meanwhile: meanwhile.key };
}

const TIMEOUT_MS = 180_000;

describe("a worker that is killed in the middle of a write leaves the old version, and its leftovers are collected", () => {
  it(
    "a file that is written at once",
    async () => {
      const { left, meanwhile } = await dieWhileWriting("put", {
        store: stores.disk,
        isThere: () => temporaries().length > 0,
        isHeld: false,
      });
      expect(left).toEqual([meanwhile]);
      expect(temporaries()).toHaveLength(1);
      expect(await collect()).toMatchObject({ values: 1, pieces: 1, failed: 0 });
      expect(temporaries()).toEqual([]);
      expect(await keysIn(stores.disk, "put")).toEqual([(await readCurrent("put", stores.disk)).key]);
    },
    TIMEOUT_MS,
  );

  it(
    "a file that is streamed",
    async () => {
      const { left, meanwhile } = await dieWhileWriting("stream", {
        store: stores.disk,
        isThere: () => existsSync(deployment.path("at.stream")),
      });
      expect(left).toEqual([meanwhile]);
      expect(temporaries()).toHaveLength(1);
      expect(await collect()).toMatchObject({ values: 1, pieces: 1, failed: 0 });
      expect(temporaries()).toEqual([]);
      expect(await keysIn(stores.disk, "stream")).toEqual([(await readCurrent("stream", stores.disk)).key]);
    },
    TIMEOUT_MS,
  );

  it(
    "an upload in parts",
    async () => {
      const { left, meanwhile } = await dieWhileWriting("upload", {
        store: stores.cloud,
        isThere: () => existsSync(deployment.path("at.upload")),
      });
      expect(left).toEqual([meanwhile]);
      // The piece is the upload.
      expect(await collect()).toMatchObject({ values: 1, pieces: 1, failed: 0 });
      expect(await collect()).toMatchObject({ values: 0, pieces: 0, failed: 0 });
      expect(await keysIn(stores.cloud, "upload")).toEqual([(await readCurrent("upload", stores.cloud)).key]);
    },
    TIMEOUT_MS,
  );

  it(
    "between staging and publication",
    async () => {
      const { left, meanwhile } = await dieWhileWriting("staged", {
        store: stores.cloud,
        isThere: () => existsSync(deployment.path("at.staged")),
      });
      expect(left).toHaveLength(2);
      expect(left).toContain(meanwhile);
      expect(await keysIn(stores.cloud, "staged")).toHaveLength(3);
      expect(await collect()).toMatchObject({ values: 1, abandoned: 1, failed: 0 });
      expect(await keysIn(stores.cloud, "staged")).toEqual([(await readCurrent("staged", stores.cloud)).key]);
    },
    TIMEOUT_MS,
  );

  it(
    "between what outside readers see and Heddle's own pointer",
    async () => {
      const { left, meanwhile } = await dieWhileWriting("published", {
        store: stores.disk,
        isThere: () => existsSync(deployment.path("at.published")),
      });
      expect(left).toHaveLength(2);
      expect(left).toContain(meanwhile);
      expect(await collect()).toMatchObject({ values: 1, abandoned: 1, failed: 0 });
      const current = await readCurrent("published", stores.disk);
      expect(await keysIn(stores.disk, "published")).toEqual([current.key]);
      // They see what was published last, and not what the dead attempt has shown.
      expect(JSON.parse(readFileSync(deployment.path("shown"), "utf8"))).toEqual([current.key, expect.any(Number)]);
    },
    TIMEOUT_MS,
  );
});
