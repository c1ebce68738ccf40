import {
  HeddleError,
  asset,
  definitions,
  fail,
  ioManager,
  objectStore,
  pass,
  type IoManagerParts,
  type Logger,
  type ObjectStore,
  type SchemaDrift,
  type StoredColumn,
} from "@heddle/core";
import { describe, expect, test } from "vitest";
import type { StepAssignment } from "../worker/protocol.ts";
import { createResourceScope } from "./resource-scope.ts";
import { runStep } from "./run-step.ts";

const unused = () => Promise.reject(new Error("not used"));
const column = (name: string, type = "Utf8"): StoredColumn => ({ name, type, nullable: false });

/** One step of an asset with an I/O manager that writes down what is asked of it. */
function open(
  parts: Partial<IoManagerParts<number, number>> = {},
  check: "passes" | "fails" | "fails, not blocking" = "passes",
) {
  const events: string[] = [];
  const controller = new AbortController();
  const warnings: string[] = [];
  // Only what these tests reach.
  const store = objectStore({
    name: "test",
    locate: (key: string) => `test:${key}`,
    delete: async (key: string) => void events.push(`delete ${key}`),
  } as ObjectStore);
  const io = ioManager<number, number>({
    name: "test",
    store,
    async write(value, { attemptId, fence }) {
      events.push(`write ${value} as ${attemptId}, fence ${fence}`);
      return { io: "test", objects: [{ key: "k", bytes: 1, sha256: "0" }], dataVersion: "d" };
    },
    load: async () => Number(events.push("load")),
    publish: async (stored, { fence }) => void events.push(`publish ${stored.location}, fence ${fence}`),
    ...parts,
  });
  const made = asset({
    key: "a",
    io,
    materialize: () => 7,
    checks: {
      c: {
        blocking: check !== "fails, not blocking",
        check() {
          events.push("check");
          return check === "passes" ? pass() : fail();
        },
      },
    },
  });
  const declared = definitions({ assets: [made] });
  const step: StepAssignment = {
    id: 1,
    runId: 3,
    assetKey: "a",
    ordinal: 0,
    partitionKey: null,
    window: null,
    attemptId: "3-9",
    fence: 9,
    attempt: 1,
    timeoutMs: 1_000,
    inputs: [],
  };
  const log: Logger = {
    debug() {},
    info() {},
    warn: (message) => void warnings.push(message),
    error() {},
  };
  const run = (over: Partial<StepAssignment> = {}) =>
    runStep(
      { ...step, ...over },
      {
        definitions: declared,
        defaults: { store, io },
        resources: createResourceScope(declared),
        signal: controller.signal,
        log,
        recordOf: () => ({ read: async () => [], write: async () => {} }),
      },
    );
  return { events, run, warnings, controller };
}

const WRITTEN = "write 7 as 3-9, fence 9";

describe("what is staged", () => {
  test("is checked, then published outside, then reported", async () => {
    const { events, run } = open();
    expect(await run()).toMatchObject({ kind: "success", stored: { location: "test:k" } });
    expect(events).toEqual([WRITTEN, "load", "check", "publish test:k, fence 9"]);
  });

  test("is published when a check fails that does not block", async () => {
    const { events, run } = open({}, "fails, not blocking");
    expect(await run()).toMatchObject({ kind: "success" });
    expect(events.at(-1)).toBe("publish test:k, fence 9");
  });

  test("is removed and never published when a blocking check fails", async () => {
    const { events, run } = open({}, "fails");
    expect(await run()).toMatchObject({ kind: "failure", cause: "check", error: { code: "STEP_CHECK_FAILED" } });
    expect(events).toEqual([WRITTEN, "load", "check", "delete k"]);
  });

  test("is removed by its own I/O manager, when that knows how, after a publication that failed", async () => {
    const removed: unknown[] = [];
    const { events, run } = open({
      publish: () => Promise.reject(new Error("the table is locked")),
      remove: async (stored, { assetKey, partitionKey }) =>
        void removed.push([stored.location, assetKey, partitionKey]),
    });
    expect(await run()).toMatchObject({ kind: "failure", cause: "error", error: { message: "the table is locked" } });
    expect(events).toEqual([WRITTEN, "load", "check"]);
    expect(removed).toEqual([["test:k", "a", null]]);
  });

  test.each([
    [{ location: "s3://b" }, "io"],
    [{ location: "s3://b", permanent: true }, "error"],
  ])(
    "that a store cannot take is the fault of the infrastructure, unless it will never pass: %j",
    async (details, cause) => {
      const failed = new HeddleError("IO_STORE_FAILED", "there is no bucket", { details });
      const { run } = open({ publish: () => Promise.reject(failed) });
      expect(await run()).toMatchObject({ kind: "failure", cause, error: { code: "IO_STORE_FAILED" } });
    },
  );

  test("is removed also when the step was aborted, and not published", async () => {
    const { events, run, controller } = open({
      load: async () => {
        controller.abort(new Error("canceled"));
        return 7;
      },
      async remove(_stored, { signal }) {
        signal.throwIfAborted();
        events.push("remove");
      },
    });
    expect(await run()).toMatchObject({ kind: "failure", error: { message: "canceled" } });
    expect(events).toEqual([WRITTEN, "check", "remove"]);
  });

  test("is left, with a warning, when the store refuses to remove it", async () => {
    const { run, warnings } = open({ remove: unused }, "fails");
    expect(await run()).toMatchObject({ kind: "failure", cause: "check" });
    expect(warnings).toEqual([expect.stringContaining("what was staged could not be removed")]);
  });
});

describe("the columns of what is staged", () => {
  const tables = (columns: readonly StoredColumn[] | null, drift: SchemaDrift) => ({ table: { columns, drift } });

  test("are compared with those of the last materialization, before checks and before anything is published", async () => {
    const { events, run } = open(tables([column("a")], "additive"));
    const previousColumns = [column("a"), column("b", "Int64")];
    expect(await run({ previousColumns })).toMatchObject({
      kind: "failure",
      cause: "error",
      error: { code: "IO_SCHEMA_DRIFT", message: 'a was not published: column "b" (Int64) is gone' },
    });
    expect(events).toEqual([WRITTEN, "delete k"]);
    expect(await run({ previousColumns: [column("a")] })).toMatchObject({ kind: "success" });
    expect(await run()).toMatchObject({ kind: "success" });
  });

  test("are those of the value where it has some, else the declared ones", async () => {
    const value = open({
      ...tables(null, "refuse"),
      write: async () => ({ io: "test", objects: [], dataVersion: "d", columns: [column("b")] }),
    });
    expect(await value.run({ previousColumns: [column("a")] })).toMatchObject({ error: { code: "IO_SCHEMA_DRIFT" } });
    const unknown = open(tables(null, "refuse"));
    expect(await unknown.run({ previousColumns: [column("a")] })).toMatchObject({ kind: "success" });
  });

  test("may change in any way where the asset says so", async () => {
    const { run } = open(tables([column("z")], "any"));
    expect(await run({ previousColumns: [column("a")] })).toMatchObject({ kind: "success" });
  });
});
