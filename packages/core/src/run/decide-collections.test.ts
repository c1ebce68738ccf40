import { expect, test } from "vitest";
import {
  COLLECTION_RETRY_MS,
  DEFAULT_COLLECTION_SETTINGS,
  decideCollections,
  type CollectionState,
} from "./decide-collections.ts";

const HOUR = 3_600_000;
const state = (overrides: Partial<CollectionState>): CollectionState => ({
  codeLocationId: 1,
  requestedMsAgo: 0,
  isOpen: false,
  failures: 0,
  ...overrides,
});
const isDue = (overrides: Partial<CollectionState>): boolean => decideCollections([state(overrides)]).length === 1;

test("a code location has its turn at once, and then every hour", () => {
  expect(decideCollections([state({ codeLocationId: 7, requestedMsAgo: null })])).toEqual([
    { kind: "request_collection", codeLocationId: 7, graceMs: DEFAULT_COLLECTION_SETTINGS.graceMs },
  ]);
  expect([HOUR - 1, HOUR].map((requestedMsAgo) => isDue({ requestedMsAgo }))).toEqual([false, true]);
});

test("what was asked for is not asked for again before its end", () => {
  expect(isDue({ isOpen: true, requestedMsAgo: 10 * HOUR })).toBe(false);
});

test("what failed is tried again sooner, later each time, and never less often than it would be its turn", () => {
  const pauses = [1, 2, 3, 4, 5, 60].map((failures) => {
    const due = [1, 2, 4, 8, 12].find((times) => isDue({ failures, requestedMsAgo: times * COLLECTION_RETRY_MS }));
    return (due ?? 0) * COLLECTION_RETRY_MS;
  });
  expect(pauses).toEqual([1, 2, 4, 8, 12, 12].map((times) => times * COLLECTION_RETRY_MS));
});

test("one that fails keeps no other from its turn", () => {
  const commands = decideCollections([
    state({ codeLocationId: 1, failures: 9 }),
    state({ codeLocationId: 2, requestedMsAgo: HOUR }),
    state({ codeLocationId: 3, isOpen: true }),
    state({ codeLocationId: 4, requestedMsAgo: null }),
  ]);
  expect(commands.map(({ codeLocationId }) => codeLocationId)).toEqual([2, 4]);
});

test("the interval is that of the settings, for what failed as well", () => {
  const often = { graceMs: 1, intervalMs: 50 };
  expect(decideCollections([state({ requestedMsAgo: 49 })], often)).toEqual([]);
  expect(decideCollections([state({ requestedMsAgo: 50, failures: 3 })], often)).toHaveLength(1);
});
