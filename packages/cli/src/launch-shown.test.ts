import { expect, test, vi } from "vitest";
import { launchShown } from "./launch-shown.ts";

type Launch = Parameters<typeof launchShown>[0];
type Answer = Awaited<ReturnType<Launch>>;

const launched: Answer = { kind: "launched", runId: 7, created: true };

/** The answer to a launch of which `total` partitions are left by now. */
function changed(total: number): Answer {
  const preview = {
    hash: "b",
    at: 2,
    assets: [],
    total,
    warnings: [],
    effect: "",
    reason: null,
    alreadyPlanned: 0,
    order: "oldest",
    after: [],
    pools: [],
    estimate: null,
    refused: null,
  } as const;
  return { kind: "changed", preview: { ...preview, assets: [], warnings: [], after: [], pools: [] }, changes: [] };
}

const request = { selection: "*", at: 1, idempotencyKey: "one-key-only" };

test("what nobody has confirmed is launched as it is by now, and the difference is told", async () => {
  const launch = vi.fn<Launch>().mockResolvedValueOnce(changed(3)).mockResolvedValueOnce(launched);
  const show = vi.fn();
  expect(await launchShown(launch, request, { planHash: "a", isConfirmed: false, show })).toBe(launched);
  expect(launch.mock.calls.map(([sent]) => sent)).toEqual([
    { ...request, planHash: "a" },
    { ...request, at: 2 },
  ]);
  expect(show).toHaveBeenCalledExactlyOnceWith(changed(3));
});

test("when others have done it meanwhile, nothing is launched", async () => {
  const launch = vi.fn<Launch>().mockResolvedValueOnce(changed(0));
  expect(await launchShown(launch, request, { planHash: "a", isConfirmed: false, show: vi.fn() })).toBeNull();
  expect(launch).toHaveBeenCalledOnce();
});

test("a plan that was confirmed is launched as it was, or not at all", async () => {
  const launch = vi.fn<Launch>().mockResolvedValueOnce(changed(3));
  const show = vi.fn();
  const result = await launchShown(launch, request, { planHash: "a", isConfirmed: true, show });
  expect(result).toMatchObject({ kind: "changed" });
  expect([launch.mock.calls.length, show.mock.calls.length]).toEqual([1, 0]);
});
