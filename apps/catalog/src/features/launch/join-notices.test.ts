import type { PlanNotice } from "@heddle/api";
import { expect, test } from "vitest";
import { joinNotices } from "./join-notices.ts";

function notice(code: PlanNotice["code"], assetKey: string): PlanNotice {
  const message = `"${assetKey}" is left out.`;
  return { code, severity: "warning", message, assetKey, upstreamKey: null, partitions: [], absentCount: null };
}

const messages = (notices: readonly PlanNotice[]): string[] => joinNotices(notices).map(({ message }) => message);

test("external assets are told together, after what may have to be done", () => {
  const external = ["a", "b", "c", "d"].map((key) => notice("EXTERNAL_ASSET", key));
  const other = notice("NOT_REACHED", "x");
  expect(messages([...external, other])).toEqual([
    '"x" is left out.',
    "4 external assets are left out, which Heddle does not make: a, b, c and 1 more.",
  ]);
  expect(messages(external.slice(0, 2))).toEqual(["2 external assets are left out, which Heddle does not make: a, b."]);
});

test("one alone keeps its own words", () => {
  expect(messages([notice("EXTERNAL_ASSET", "a"), notice("NOT_REACHED", "x")])).toEqual([
    '"x" is left out.',
    '"a" is left out.',
  ]);
});
