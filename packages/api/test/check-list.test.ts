import type { CheckSummary } from "@heddle/api";
import { createLocalApi } from "@heddle/api";
import { asset, assetCheck, dailyPartitions, definitions, pass } from "@heddle/core";
import { snapshotDefinitions } from "@heddle/core/internal";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "./launch.ts";
import { StepRunner } from "./step-runner.ts";
import { register, startTestServer, type TestServer } from "./test-server.ts";

let test: TestServer;
let runner: StepRunner;

const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-11" });
const orders = asset({ key: "shop/orders", group: "shop", owners: ["@ana"], partitions: days, materialize: () => 1 });
const prices = asset({ key: "shop/prices", group: "shop", materialize: () => 1 });
const letter = asset({ key: "letter", materialize: () => 1 });
const declared = definitions({
  assets: [orders, prices, letter],
  checks: [
    assetCheck({ asset: orders, name: "complete", blocking: false, check: () => pass() }),
    assetCheck({ asset: orders, name: "recent", severity: "warn", check: () => pass() }),
    assetCheck({ asset: prices, name: "complete", blocking: false, check: () => pass() }),
    assetCheck({ asset: letter, name: "legible", check: () => pass() }),
  ],
});

beforeAll(async () => {
  test = await startTestServer();
  await register(test.db, snapshotDefinitions(declared, { codeVersionOf: () => "1", projectDirectory: "/" }));
  runner = await StepRunner.start(test.db);
});

afterAll(() => test[Symbol.asyncDispose]());

/** What a check finds, by the key of its asset: its message, or that it passes. */
type Findings = Readonly<Record<string, string | null>>;

async function make(keys: readonly string[], findings: Findings): Promise<void> {
  const runId = await launch(test.client, { keys: [...keys] });
  await runner.finish(runId, ({ assetKey, ordinal }) => {
    const message = findings[assetKey] ?? null;
    const passed = message === null || (assetKey === "shop/orders" && ordinal % 5 !== 0);
    const description = passed ? null : `${message ?? ""} ${ordinal}`;
    const result = { severity: "error", blocking: false, description, metadata: null } as const;
    return { checks: [{ ...result, name: "complete", passed }] };
  });
}

const named = ({ asset: { key }, name }: CheckSummary): string => `${key} ${name}`;

it("tells how every check stands, the worst first", async () => {
  await make(["shop/orders", "shop/prices"], { "shop/orders": "too few rows:", "shop/prices": "too few rows:" });
  const { items, totals } = await test.client.checks.list.query({});
  expect(items.map((item) => [named(item), item.state, item.failed, item.passed])).toEqual([
    ["shop/orders complete", "failed", 2, 8],
    ["shop/orders recent", "never", 0, 0],
    ["shop/prices complete", "failed", 1, 0],
    ["letter legible", "never", 0, 0],
  ]);
  expect(totals).toEqual({ failed: 2, warned: 0, passed: 0, never: 2, silenced: 0 });
  const [first] = items;
  expect(first).toMatchObject({ owners: ["@ana"], blocking: false, isFlapping: false, silence: null });
  expect(first?.message).toMatch(/^too few rows: \d+$/u);
  expect(first?.recent).toMatch(/^[fp]{10}$/u);
  expect(first?.recent.replaceAll("p", "")).toBe("ff");
  expect(first?.changedAt).toBe(
    first?.changedAt === null ? undefined : Math.min(first?.changedAt ?? 0, first?.lastAt ?? 0),
  );

  // The newest result is of a day that is complete; those that are not count, on the page of the asset as well.
  const ofAsset = await test.client.checks.forAsset.query({ key: "shop/orders" });
  const [standing, unlooked] = ofAsset.checks;
  expect(standing).toMatchObject({ name: "complete", state: "failed", last: { passed: true } });
  expect(standing?.problem).toMatchObject({ passed: false, description: first?.message });
  expect(standing?.problem?.ordinal).toBe((standing?.failed.at(-1) ?? 0) - 1);
  expect(unlooked).toMatchObject({ name: "recent", state: "never", last: null, problem: null });

  const grouped = await test.client.checks.list.query({ groupBy: "message", states: ["failed"] });
  expect(grouped.items.map(named)).toEqual(["shop/orders complete", "shop/prices complete"]);
  expect(new Set(grouped.items.map(({ fingerprint }) => fingerprint)).size).toBe(1);
  expect(grouped.totals.never).toBe(2);
});

it("pages through them in the same order, and filters on the server", async () => {
  for (const groupBy of ["asset", "message"] as const) {
    const whole = await test.client.checks.list.query({ groupBy });
    const paged: CheckSummary[] = [];
    for (let cursor: string | null = null; ;) {
      const page: Awaited<ReturnType<typeof test.client.checks.list.query>> = await test.client.checks.list.query({
        groupBy,
        limit: 1,
        cursor,
      });
      paged.push(...page.items);
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    expect(paged.map(named)).toEqual(whole.items.map(named));
  }
  const list = async (input: Parameters<typeof test.client.checks.list.query>[0]) =>
    (await test.client.checks.list.query(input)).items.map(named);
  expect(await list({ severity: "warn" })).toEqual(["shop/orders recent"]);
  expect(await list({ asset: "letter" })).toEqual(["letter legible"]);
  expect(await list({ selection: "group:shop and not key:*prices" })).toEqual([
    "shop/orders complete",
    "shop/orders recent",
  ]);
  expect(await list({ text: "Prices COMP" })).toEqual(["shop/prices complete"]);
  await expect(list({ cursor: "7" })).rejects.toThrow(/cursor/u);
  await expect(list({ selection: "group:(" })).rejects.toThrow(/group/u);
  await expect(list({ asset: "nothing" })).rejects.toThrow(/nothing/u);
});

it("is silenced for a time, which moves it behind what nobody has looked at", async () => {
  const check = { key: "shop/orders", check: "complete" };
  const until = Date.now() + 3_600_000;
  await test.client.checks.silence.mutate({ ...check, until, reason: "the shop is closed", actor: "ana" });
  const { items, totals } = await test.client.checks.list.query({});
  expect(items.map(named).slice(0, 2)).toEqual(["shop/prices complete", "shop/orders complete"]);
  expect(totals).toMatchObject({ failed: 2, silenced: 1 });
  expect((await test.client.checks.list.query({ silenced: true })).items.map(named)).toEqual(["shop/orders complete"]);
  const detail = await test.client.checks.get.query(check);
  expect(detail.summary.silence).toMatchObject({ until, reason: "the shop is closed", actor: "ana", liftedAt: null });
  expect(detail.standing.failed).toHaveLength(4);

  const lift = { ...check, until: null, reason: "open again", actor: "ben" };
  expect(await test.client.checks.silence.mutate(lift)).toEqual({ changed: true });
  expect(await test.client.checks.silence.mutate(lift)).toEqual({ changed: false });
  const after = await test.client.checks.get.query(check);
  expect(after.summary.silence).toBeNull();
  expect(after.silences).toEqual([expect.objectContaining({ reason: "the shop is closed", liftedBy: "ben" })]);

  const past = test.client.checks.silence.mutate({ ...check, until: Date.now() - 1, reason: "too late" });
  await expect(past).rejects.toThrow(/input of a procedure/u);
  const unknown = test.client.checks.silence.mutate({ ...check, check: "compete", until, reason: "x" });
  await expect(unknown).rejects.toThrow(/no check "compete"/u);
  await expect(test.client.checks.get.query({ ...check, check: "compete" })).rejects.toThrow(/no check "compete"/u);
});

it("flaps when its outcome goes to and fro, for a server that was there and for one that starts afterwards", async () => {
  for (const message of [null, "wrong", null]) await make(["shop/prices"], { "shop/prices": message });
  const input = { asset: "shop/prices" };
  const followed = await test.client.checks.list.query(input);
  expect(followed.items).toMatchObject([{ recent: "fpfp", isFlapping: true, state: "passed", message: null }]);
  const later = await createLocalApi({ db: test.db, log: { info: () => {}, error: () => {} } });
  try {
    expect((await later.api.checks.list(input)).items).toEqual(followed.items);
  } finally {
    await later.close();
  }
});

it("is said once on the asset when it kept a partition from being published", async () => {
  const refuse = async (text: string): Promise<number> => {
    const runId = await launch(test.client, { keys: ["shop/orders"], partitions: { kind: "text", text } });
    const found = { severity: "error", blocking: true, passed: false, description: "none", metadata: null } as const;
    await runner.finish(runId, () => ({
      fails: { cause: "check", message: "recent (none) failed" },
      checks: [{ ...found, name: "recent" }],
    }));
    return runId;
  };
  const why = async (): Promise<string[]> => {
    const detail = await test.client.assets.get.query({ key: "shop/orders" });
    if (detail.kind === "unknown") throw new Error("shop/orders is unknown");
    return detail.why.map((parts) =>
      parts
        .map((part) => {
          if (part.kind === "text") return part.text;
          if (part.kind === "check") return part.name;
          return part.kind === "partition" ? part.partitionKey : part.kind;
        })
        .join(""),
    );
  };
  const before = await why();
  await refuse("2026-01-03");
  const [failure, ...rest] = await why();
  expect(failure).toBe("1 partition failed, 2026-01-03 in run: recent (none) failed");
  // Everything else is as it was.
  expect(rest.filter((sentence) => sentence.startsWith("Check "))).toEqual(
    before.filter((sentence) => sentence.startsWith("Check ")),
  );
  await refuse("2026-01-02..2026-01-03");
  expect((await why())[0]).toBe("2 partitions failed, such as 2026-01-02 in run: recent (none) failed");
  expect(await why()).toContain("Check recent fails on 2 partitions, such as 2026-01-03: none");
});
