import type { RunAssetProgress, StepCounts } from "@heddle/api";
import { expect, test } from "vitest";
import { runGraph, worstStep } from "./run-graph-model.ts";

const NONE: StepCounts = {
  waiting: 0,
  ready: 0,
  running: 0,
  backoff: 0,
  success: 0,
  failed: 0,
  skipped: 0,
  canceled: 0,
};

function asset(id: number, counts: Partial<StepCounts>, upstream: readonly number[] = []): RunAssetProgress {
  return {
    asset: { id, key: `asset/${id}` },
    partitions: [0, 1],
    text: "",
    total: 1,
    counts: { ...NONE, ...counts },
    skippedBecause: null,
    config: null,
    checks: [],
    givenConfig: null,
    codeVersion: "",
    codeChanged: false,
    chunk: null,
    attempts: 1,
    pools: [],
    upstream: upstream.map((assetId) => ({ assetId, samePartition: true })),
  };
}

test("an asset is shown by its most urgent step", () => {
  expect(worstStep({ ...NONE, success: 5, failed: 1 })).toBe("failed");
  expect(worstStep({ ...NONE, success: 5, running: 1, skipped: 2 })).toBe("running");
  expect(worstStep({ ...NONE, success: 5 })).toBe("success");
});

test("a small run is drawn whole", () => {
  const graph = runGraph([
    asset(1, { success: 1 }),
    asset(2, { success: 1 }, [1]),
    asset(3, { success: 1 }, [1, 2, 99]),
  ]);
  expect(graph.hidden).toBe(0);
  expect(graph.edges).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
});

test("of a large one, what is not simply made and what that reads", () => {
  const many = Array.from({ length: 50 }, (_, id) =>
    asset(id, id === 40 ? { failed: 1 } : { success: 1 }, id === 0 ? [] : [id - 1]),
  );
  const graph = runGraph(many, 10);
  expect(graph.nodes.map((own) => own.asset.id)).toEqual([39, 40]);
  expect(graph.edges).toEqual([[0, 1]]);
  expect(graph.hidden).toBe(48);
});
