import { describe, expect, test } from "vitest";
import { AssetGraph } from "../src/asset-graph.ts";
import { selectKeys, type SelectableAsset } from "../src/selection/evaluate-selection.ts";
import { formatSelection } from "../src/selection/format-selection.ts";
import { parseSelection } from "../src/selection/parse-selection.ts";
import facts from "./conformance/selection.json" with { type: "json" };

/** Facts that Heddle answers otherwise, each with the reason; docs/decisions/0004-selection-grammar.md has them too. */
const DIFFERENT: Record<string, string> = {
  "ast-tag-only":
    '`tag:foo` asks for any value of the tag, as the catalog of the peer does; `tag:foo=""` for the empty one',
  "ast-owner-null": "there is no null literal; assets without an owner are `not owner:*`",
  "ast-is-mat": "there is no attribute `is`; what can be materialized follows from the asset",
};

/** The meaning of the expressions that the file describes in words. */
const MEANINGS: Record<string, string> = {
  "ast-quoted-plus": 'key:"*/a+"',
  "ast-up-down": "1+key:a+1",
  "ast-not": "not key:a",
  "ast-tag-empty": 'tag:fake=""',
  "ast-group-wild": "group:marketing/*",
  "ast-parens": "key:a",
};

type Assets = readonly (Partial<SelectableAsset> & { readonly key: string; readonly deps: readonly string[] })[];

function select(assets: Assets, expression: string): string[] {
  const full = assets.map((asset) => ({
    group: "default",
    kinds: [],
    owners: [],
    tags: {},
    ...asset,
    deps: asset.deps.map((upstream) => ({ upstream })),
  }));
  return selectKeys(parseSelection(expression), { graph: AssetGraph.fromSnapshot(full), assets: full });
}

describe("selection", () => {
  test.each(facts.cases)("$id: $input.expression", ({ input, expected }) => {
    const graphs: Record<string, { readonly assets: readonly object[] }> = facts.graphs;
    // The graphs of the file have the fields of `Assets`, each only some of them.
    const assets = graphs[input.graph]?.assets as Assets;
    expect(select(assets, input.expression).sort()).toEqual(expected.keys);
  });

  test.each(facts.ast.filter(({ id }) => !Object.hasOwn(DIFFERENT, id)))("$id: $input.expression", ({ id, input }) => {
    expect(formatSelection(parseSelection(input.expression))).toBe(MEANINGS[id]);
  });

  test.each(facts.refused)("refuses $id: $input.expression", ({ input }) => {
    expect(() => parseSelection(input.expression)).toThrow(expect.objectContaining({ code: "SELECTION_SYNTAX" }));
  });

  test("every difference is one of the facts, and really one", () => {
    const byId = new Map(facts.ast.map((fact) => [fact.id, fact.input.expression]));
    expect(Object.keys(DIFFERENT).filter((id) => !byId.has(id))).toEqual([]);
    expect(parseSelection("tag:foo")).toEqual({ kind: "tag", name: "foo", values: null });
    for (const id of ["ast-owner-null", "ast-is-mat"])
      expect(() => parseSelection(byId.get(id) ?? "")).toThrow(expect.objectContaining({ code: "SELECTION_SYNTAX" }));
  });
});
