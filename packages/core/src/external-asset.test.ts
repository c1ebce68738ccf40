import { expect, test } from "vitest";
import { onCron } from "./automation/presets.ts";
import { definitions } from "./definitions.ts";
import { externalAsset } from "./external-asset.ts";
import { staticPartitions } from "./partitions/key-partitions.ts";
import { resource } from "./resource.ts";
import { snapshotDefinitions } from "./snapshot-definitions.ts";
import { validateDefinitions } from "./validation/validate-definitions.ts";

const snapshotOf = (assets: readonly ReturnType<typeof externalAsset>[], pools: Record<string, number> = {}) =>
  snapshotDefinitions(definitions({ assets: [...assets], pools }), { codeVersionOf: () => "", projectDirectory: "/" });

test("one that nobody observes says nothing about it", () => {
  const plain = externalAsset({ key: "plain" });
  expect(plain.observation).toBeNull();
  const [snapshot] = snapshotOf([plain]).assets;
  expect(snapshot).toMatchObject({ kind: "external", timeoutMs: 86_400_000 });
  expect(snapshot).not.toHaveProperty("observed");
});

test("one that is observed has steps like others, and limits of its own", () => {
  const bucket = resource({ key: "bucket", create: () => ({ etag: () => "a" }) });
  const feed = externalAsset({
    key: "feed",
    partitions: staticPartitions(["eu", "us"]),
    resources: { bucket },
    automation: onCron("0 * * * *"),
    retry: { attempts: 3 },
    timeoutMs: 5_000,
    pool: "feeds",
    maxConcurrency: 2,
    observe: ({ partition, previous, resources }) => `${partition.key}${previous ?? ""}${resources.bucket.etag()}`,
  });
  const snapshot = snapshotOf([feed], { feeds: 3 });
  expect(snapshot.assets[0]).toMatchObject({
    kind: "external",
    observed: true,
    timeoutMs: 5_000,
    retry: { attempts: 3 },
    resources: ["bucket"],
    automation: { condition: {} },
    pools: [
      { name: "feeds", slots: 1 },
      { name: "asset feed", slots: 1 },
    ],
  });
  expect(snapshot.pools).toContainEqual({ name: "asset feed", slots: 2 });
});

test("what is wrong with an observation is told when the project is loaded", () => {
  const lonely = externalAsset({ key: "lonely", automation: onCron("0 0 30 2 *") });
  const poor = externalAsset({
    key: "poor",
    pool: "nowhere",
    timeoutMs: -1,
    retry: { attempts: -2 },
    observe: () => "",
  });
  // @ts-expect-error: a text is no function
  const odd = externalAsset({ key: "odd", observe: "yesterday" });
  const problems = validateDefinitions(definitions({ assets: [lonely, poor, odd] }), { projectDirectory: "/" }).map(
    ({ code, message }) => `${code} ${message}`,
  );
  for (const part of [
    'AUTOMATION_INVALID asset "lonely"',
    "it says how it is observed, and has no function `observe`",
    'it names the pool "nowhere", which is not declared',
    "timeoutMs is -1",
    "observe is a string; it must be a function",
  ]) {
    expect(problems.join("\n")).toContain(part);
  }
});
