import { expect, test } from "vitest";
import { commandOf } from "./command-of.ts";

test.each([
  ["/assets", {}, "heddle assets list"],
  ["/assets", { sel: "group:finance and status:failed" }, "heddle assets list 'group:finance and status:failed'"],
  ["/assets/marts/fct%20orders", {}, "heddle assets show 'marts/fct orders'"],
  ["/assets", { sel: "key:it's" }, String.raw`heddle assets list 'key:it'\''s'`],
  ["/runs/17", { tab: "logs" }, "heddle runs show 17"],
  ["/automation/schedules/nightly", {}, "heddle schedules show nightly"],
  ["/automation", {}, "heddle schedules list"],
  [
    "/runs",
    { launch: "key:orders", parts: "last 7", only: ["failed", "missing"] },
    "heddle materialize key:orders --partitions 'last 7' --only failed,missing",
  ],
  ["/nowhere", {}, null],
])("%s is %s by command", (pathname, search, command) => expect(commandOf(pathname, search)).toBe(command));
