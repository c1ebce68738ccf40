import { expect, test } from "vitest";
import { commandOf } from "./command-of.ts";

test.each([
  ["/assets", {}, "heddle assets list"],
  ["/assets", { sel: "group:finance and status:failed" }, "heddle assets list 'group:finance and status:failed'"],
  [
    "/assets",
    { status: ["failed", "external"], tag: ["team=data x"] },
    `heddle assets list 'status:failed and tag:team="data x"'`,
  ],
  [
    "/assets",
    { sel: "+a or b", group: ["finance", "sales"], tag: ["nightly", "team=x"] },
    "heddle assets list '(+a or b) and group:finance,sales and (tag:nightly or tag:team=x)'",
  ],
  ["/runs", { status: ["failed"], asset: "a b" }, "heddle runs list --status failed --asset 'a b'"],
  ["/assets/marts/fct%20orders", {}, "heddle assets show 'marts/fct orders'"],
  ["/assets", { sel: "key:it's" }, String.raw`heddle assets list 'key:it'\''s'`],
  ["/runs/17", { tab: "logs" }, "heddle runs logs 17"],
  ["/automation/schedules/nightly", {}, "heddle schedules show nightly"],
  ["/automation", {}, "heddle schedules list"],
  [
    "/runs",
    { launch: "key:orders", parts: "last 7", only: ["failed", "missing"] },
    "heddle materialize key:orders --partitions 'last 7' --only failed,missing",
  ],
  [
    "/",
    {
      launch: "group:a",
      each: { "a/b": "2026-01" },
      cascade: "upstream_missing",
      most: 4,
      tags: { team: "data x" },
      config: { "a/b": { n: 1 } },
      leave: "1",
    },
    `heddle materialize group:a --partitions a/b=2026-01 --cascade upstream-missing --concurrency 4 --tag 'team=data x' --config '{"a/b":{"n":1}}' --leave-out-unreadable`,
  ],
  [
    "/runs",
    // As an address holds it that was opened.
    { launch: "key:orders", only: "failed,missing", most: "4", tags: '{"team":"x"}' },
    "heddle materialize key:orders --only failed,missing --concurrency 4 --tag team=x",
  ],
  [
    "/",
    { launch: "key:orders", reuse: "never", begin: 10, take: "60", within: 90 },
    "heddle materialize key:orders --reuse never --start-within 10m --timeout 60m --deadline 90m",
  ],
  ["/runs/17", { tab: "timeline" }, "heddle runs show 17"],
  ["/automation", { kind: "condition" }, "heddle automation list"],
  ["/automation/conditions/a/b", { partition: "2026-01-01" }, "heddle why a/b 2026-01-01"],
  ["/automation/sensors/new%20files", {}, "heddle sensors show 'new files'"],
  ["/checks/a/b", { check: "full" }, "heddle assets show a/b"],
  ["/deployment", { tab: "pools" }, "heddle pools list"],
  ["/deployment", {}, "heddle doctor"],
  ["/nowhere", {}, null],
])("%s is %s by command", (pathname, search, command) => expect(commandOf(pathname, search)).toBe(command));
