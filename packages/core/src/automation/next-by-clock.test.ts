import { expect, test } from "vitest";
import type { AutomationCondition } from "./automation-condition.ts";
import { nextByClock } from "./next-by-clock.ts";
import { missing } from "./operands.ts";
import { eager, onCron } from "./presets.ts";

const after = Date.parse("2026-03-08T02:00:00Z");
const daily = onCron("0 6 * * *", { timeZone: "Europe/Berlin" });
const next = (condition: AutomationCondition<string>, hasSources = false): string | null => {
  const at = nextByClock({ condition: condition.spec, hasSources, after });
  return at === null ? null : new Date(at).toISOString();
};

test("a condition by cron of an asset that reads nothing holds at the next tick", () => {
  expect(next(daily)).toBe("2026-03-08T05:00:00.000Z");
  expect(next(daily.or(onCron("0 4 * * *")))).toBe("2026-03-08T04:00:00.000Z");
});

test("nobody can tell where something else has a say", () => {
  expect(next(daily, true)).toBeNull();
  expect(next(daily.or(missing()))).toBeNull();
  expect(next(eager())).toBeNull();
});
