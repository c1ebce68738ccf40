import { describe, expect, test } from "vitest";
import { asset } from "../asset.ts";
import { cronTickPassed, inLatestTimeWindow, inProgress, missing, newlyUpdated, stale } from "./operands.ts";
import { anyDeps, not } from "./operators.ts";
import { eager } from "./presets.ts";

const [a, b, c] = [missing(), inProgress(), stale()];

describe("and, or", () => {
  test("are joined when they are alike, unless they have a name", () => {
    expect(a.and(b).and(c).spec).toEqual({ kind: "and", of: [a.spec, b.spec, c.spec] });
    expect(a.or(b.or(c)).spec).toEqual({ kind: "or", of: [a.spec, b.spec, c.spec] });
    expect(a.or(b).and(c).spec).toEqual({ kind: "and", of: [a.or(b).spec, c.spec] });
    const named = a.and(b).label("both");
    expect(named.and(c).spec).toEqual({ kind: "and", of: [named.spec, c.spec] });
    expect(a.and().spec).toEqual(a.spec);
  });

  test("leave what they are made of as it is", () => {
    const before = JSON.stringify(a.spec);
    a.and(b).label("x").replace(b, c);
    expect(JSON.stringify(a.spec)).toBe(before);
  });
});

describe("replace", () => {
  test("puts another condition where a part is, by its name or its shape, wherever it stands", () => {
    const made = not(a.label("gone")).and(anyDeps(a).since(b));
    expect(made.replace("gone", c).spec).toEqual(not(c).and(anyDeps(a).since(b)).spec);
    expect(made.replace(a, c).spec).toEqual(not(c).and(anyDeps(c).since(b)).spec);
    expect(made.replace("gone", c).problems).toEqual([]);
  });

  test("tells what there is when there is no such part", () => {
    expect(a.label("gone").replace(b, c).problems).toEqual([
      'replace(in-progress) finds no such part; its labels are "gone"',
    ]);
    expect(a.without(b).problems).toEqual(["without(in-progress) finds no such part; it has no labels"]);
    // Problems stay with what is made of the condition.
    expect(not(b.and(a.without(b))).newlyTrue().problems).toHaveLength(1);
  });
});

describe("without", () => {
  test("leaves a part out of whatever joins it", () => {
    expect(a.and(b, c).without(b).spec).toEqual(a.and(c).spec);
    expect(a.and(b).without(b).spec).toEqual(a.spec);
    expect(a.and(not(b)).without(b).spec).toEqual(a.spec);
    expect(a.and(b.or(c)).without(b).spec).toEqual(a.and(c).spec);
    expect(eager().without("latest window").spec).toEqual(eager().without(inLatestTimeWindow()).spec);
  });

  test("refuses to leave nothing", () => {
    expect(a.without(a).problems).toEqual(["without(missing) leaves nothing of the condition"]);
    expect(newlyUpdated().since(b).and(a).without(b).problems).toEqual([
      "without(in-progress) leaves nothing for its since",
    ]);
  });
});

describe("allow and ignore", () => {
  const raw = asset({ key: "raw/a*b", materialize: () => 1 });

  test("take a selection, an asset or several", () => {
    const on = anyDeps(a);
    expect(on.allow("group:raw").spec).toEqual({ ...on.spec, allow: "group:raw" });
    expect(on.ignore(raw).spec).toEqual({ ...on.spec, ignore: String.raw`key:"raw/a\*b"` });
    expect(on.ignore([raw, raw]).ignore("x").spec).toEqual({
      ...on.spec,
      ignore: String.raw`(key:"raw/a\*b","raw/a\*b") or (x)`,
    });
  });

  test("are a mistake where nothing looks at dependencies", () => {
    expect(cronTickPassed("@daily").allow("x").problems).toEqual([
      'allow("x") on a condition that looks at no dependency',
    ]);
  });
});
