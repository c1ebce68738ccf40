import { expect, test } from "vitest";
import { conditionLabel, conditionText } from "./condition-text.ts";
import { checkFailed, freshnessIs, inLatestTimeWindow, missing, newlyUpdated, stale } from "./operands.ts";
import { anyDeps, not } from "./operators.ts";
import { eager, onCron, onFreshness, onMissing } from "./presets.ts";

test("presets go by their name", () => {
  expect(conditionText(eager().spec)).toBe("eager()");
  expect(conditionText(onMissing().spec)).toBe("onMissing()");
  expect(conditionText(onFreshness().spec)).toBe("onFreshness()");
  const daily = onCron("0 6 * * *", { timeZone: "Europe/Berlin" }).spec;
  expect(conditionText(daily)).toBe('onCron("0 6 * * *", Europe/Berlin)');
  expect([eager().spec, daily, missing().spec].map(conditionLabel)).toEqual(["eager", "onCron", null]);
});

test("a preset with a label of its own is called by that", () => {
  expect(conditionLabel(eager().label("kept up to date").spec)).toBe("kept up to date");
  expect(conditionText(eager().label("kept up to date").spec)).toBe("eager()");
});

test("a changed preset is told by the labels of its parts", () => {
  const changed = eager().replace("latest window", inLatestTimeWindow({ lookbackMs: 7 * 86_400_000 }));
  expect(conditionLabel(changed.spec)).toBeNull();
  expect(conditionText(changed.spec)).toMatch(/^inLatestTimeWindow\(7 days back\) and cause and not upstream missing/u);
});

test("conditions are written as they are declared", () => {
  const own = stale()
    .or(missing())
    .and(not(anyDeps(checkFailed("rows").or(freshnessIs("fail")))));
  expect(conditionText(own.spec)).toBe(
    "(stale() or missing()) and not anyDeps((checkFailed(rows) or freshnessIs(fail)))",
  );
  expect(conditionText(newlyUpdated().sinceLastHandled().spec)).toBe("newlyUpdated() since last handled");
});
