import { describe, expect, test } from "vitest";
import { catalogIndex } from "./catalog-index.ts";
import { completeSelection } from "./selection-completion.ts";
import { parseFilter } from "./selection-filter.ts";

const keys = ["raw/orders", "marts/fct_orders", "marts/revenue"];
const index = catalogIndex({
  version: "1",
  ids: [1, 2, 3],
  keys,
  groups: ["finance", "raw data"],
  groupOf: [1, 0, 0],
  codeLocations: ["shop"],
  codeLocationOf: [0, 0, 0],
  external: [0, 0, 0],
  summaries: ["", "", ""],
  owners: [["team:data"], [], ["ana@example.com"]],
  tags: [{ tier: "gold" }, {}, {}],
  kinds: [["sql"], ["sql"], []],
  partitions: [],
  partitionsOf: [-1, -1, -1],
  checkCounts: [0, 0, 0],
  edges: { counts: [0, 1, 1], back: [1, 1] },
});

/** The texts that each option leads to; `|` is the cursor. */
function results(text: string): string[] {
  const cursor = text.indexOf("|");
  const whole = text.replace("|", "");
  const { from, to, options } = completeSelection(whole, cursor, index);
  return options.map((option) => whole.slice(0, from) + option.text + whole.slice(to));
}

describe("a selection goes on", () => {
  test.each([
    ["|", ["key:", "group:", "kind:", "owner:", "status:", "tag:"]],
    ["gr|", ["group:"]],
    ["ord|", ["raw/orders", "marts/fct_orders"]],
    ["group:|", ["group:finance", 'group:"raw data"']],
    ["group:fin|", ["group:finance"]],
    ["group:finance,ra|", ['group:finance,"raw data"']],
    ["status:fa|", ["status:failed"]],
    ["owner:ana|", ["owner:ana@example.com"]],
    ["tag:ti|", ["tag:tier=gold"]],
    ["kind:sql an|", ["kind:sql and "]],
    ["+fct|", ["+marts/fct_orders"]],
    ["key:marts/rev|enue", []],
    ["nonsense:x|", []],
  ])("%s", (text, expected) => {
    expect(results(text)).toEqual(expected);
  });

  test("to texts that the grammar takes", () => {
    for (const text of ["group:|", "owner:|", "kind:|", "tag:|", "status:|", "+ord|", "group:raw|"])
      for (const result of results(text)) expect(() => parseFilter(result)).not.toThrow();
  });
});
