import type { AssetSnapshot } from "@heddle/core/internal";
import { expect, test } from "vitest";
import { findDifferences } from "./definition-differences.ts";

const asset: AssetSnapshot = {
  key: "orders",
  kind: "asset",
  description: "Orders.",
  group: "shop",
  owners: ["@ana"],
  tags: { layer: "raw" },
  kinds: [],
  metadata: {},
  partitions: { kind: "static", keys: ["bern", "genf"] },
  deps: [],
  resources: [],
  retry: { attempts: 1, backoff: "constant", delayMs: 0, maxDelayMs: 0, jitter: false },
  timeoutMs: 1_000,
  isolation: "shared",
  io: "json",
  source: { file: "src/a.ts", line: 4 },
  codeVersion: "0123456789abcdef",
  checks: [],
};

test("only the lines that differ are told, aspect by aspect", () => {
  const now: AssetSnapshot = {
    ...asset,
    owners: ["@ana", "@bo"],
    partitions: { kind: "static", keys: ["bern", "linz"] },
    tags: {},
    codeVersion: "fedcba9876543210",
  };
  expect(findDifferences(asset, now)).toEqual([
    { aspect: "Code version", before: ["0123456789ab"], after: ["fedcba987654"] },
    { aspect: "Partitions", before: ["genf"], after: ["linz"] },
    { aspect: "Owners", before: [], after: ["@bo"] },
    { aspect: "Tags", before: ["layer: raw"], after: [] },
  ]);
});

test("another place in the source is no difference, and many lines are cut", () => {
  expect(findDifferences(asset, { ...asset, source: { file: "src/b.ts", line: 9 } })).toEqual([]);
  const keys = Array.from({ length: 150 }, (_, i) => `k${i}`);
  const [change] = findDifferences(asset, { ...asset, partitions: { kind: "static", keys } });
  expect(change?.after).toHaveLength(101);
  expect(change?.after.at(-1)).toBe("and 50 more");
});
