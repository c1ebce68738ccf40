import type { SentencePart } from "@heddle/api";
import {
  type AutomationCondition,
  asset,
  dailyPartitions,
  definitions,
  eager,
  executionFailed,
  not,
  stale,
} from "@heddle/core";
import { snapshotDefinitions } from "@heddle/core/internal";
import { startDaemon } from "@heddle/engine/daemon";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { launch } from "./launch.ts";
import { StepRunner } from "./step-runner.ts";
import { register, startTestServer, type TestServer } from "./test-server.ts";

let test: TestServer;
let runner: StepRunner;

const days = dailyPartitions({ start: "2024-01-01", end: "2024-01-06" });
const raw = asset({ key: "raw", partitions: days, materialize: () => 1 });
const cleanBy = (automation: AutomationCondition) =>
  asset({ key: "clean", partitions: days, deps: { raw }, automation, materialize: () => 1 });

/** Puts definitions in force of which the code of `clean` is of that version. */
const put = (version: string, automation: AutomationCondition = eager()): Promise<unknown> =>
  register(
    test.db,
    snapshotDefinitions(definitions({ assets: [raw, cleanBy(automation)] }), {
      codeVersionOf: (key) => (key === "clean" ? version : "v1"),
      projectDirectory: "/",
    }),
  );

beforeAll(async () => {
  test = await startTestServer();
  await put("v1");
  runner = await StepRunner.start(test.db);
});
afterAll(() => test[Symbol.asyncDispose]());

const words = (parts: readonly SentencePart[]): string =>
  parts.map((part) => (part.kind === "text" ? part.text : `(${part.kind})`)).join("");

const make = async (keys: readonly string[], text: string): Promise<void> =>
  runner.finish(await launch(test.client, { keys: [...keys], partitions: { kind: "text", text } }));

it("tells why a partition is stale that its condition does not request, and looks at one that needs an answer", async () => {
  await make(["raw", "clean"], "2024-01-01..2024-01-05");
  await put("v2");
  await make(["clean"], "2024-01-05");

  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const daemon = await startDaemon({ db: test.db, log, projects: [], watch: false });
  const why = (partition?: string) =>
    test.client.automation.why.query({ assetKey: "clean", ...(partition !== undefined && { partition }) });
  try {
    // The newest has been made by the code in force, and the day before it has not.
    await vi.waitFor(async () => {
      expect(await why()).toMatchObject({ partition: "2024-01-04", verdict: "not_requested" });
    }, 20_000);
    const told = (await why()).sentences.map(words);
    expect(told).toContain("Stale: its code has changed since it was materialized.");
    expect(told).toContain("Its condition does not look at that; one with stale() does.");
    expect((await why("2024-01-05")).sentences.map(words).join(" ")).not.toMatch(/Stale:|stale\(\)/u);

    // One that asks for what is stale would have looked.
    await put("v2", eager().and(stale()));
    const asked = (await why()).sentences.map(words);
    expect(asked).toContain("Stale: its code has changed since it was materialized.");
    expect(asked.join(" ")).not.toContain("does not look");
  } finally {
    await daemon.stop();
  }
});

it("tells that the newest attempt failed where the condition does not look at that", async () => {
  await put("v3");
  const fails = { cause: "error", message: "no such file" } as const;
  const runId = await launch(test.client, { keys: ["clean"], partitions: { kind: "text", text: "2024-01-03" } });
  await runner.finish(runId, () => ({ fails }));
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const daemon = await startDaemon({ db: test.db, log, projects: [], watch: false });
  const told = async () => {
    const why = await test.client.automation.why.query({ assetKey: "clean", partition: "2024-01-03" });
    return why.sentences.map(words);
  };
  try {
    await vi.waitFor(
      async () =>
        expect(await told()).toContain(
          "Its newest attempt failed. Its condition does not look at that; one with executionFailed() does.",
        ),
      20_000,
    );
    await put("v3", eager().and(not(executionFailed())));
    expect(await told()).toContain("Its newest attempt failed.");
  } finally {
    await daemon.stop();
  }
});
