import { asset, definitions, type JsonValue } from "@heddle/core";
import { snapshotDefinitions } from "@heddle/core/internal";
import { expect, test } from "vitest";
import * as z from "zod";
import { findConfigProblem } from "./config-problem.ts";

const config = z.strictObject({
  stations: z.array(z.object({ id: z.number().int().min(1), name: z.string().min(2).optional() })).max(3),
  mode: z.enum(["full", "delta"]).default("delta"),
  since: z.iso.date().optional(),
});

/** What is said of a config by the daemon and the server, which know the schema as data alone. */
function problemOf(stated: JsonValue, schema: z.ZodType = config): string | null {
  const report = asset({ key: "report", config: schema, materialize: () => 1 });
  const { assets } = snapshotDefinitions(definitions({ assets: [report] }), {
    codeVersionOf: () => "1",
    projectDirectory: "/",
  });
  const [snapshot] = assets;
  if (snapshot === undefined) throw new Error("there is no asset");
  return findConfigProblem(snapshot, stated);
}

test.each<[JsonValue]>([
  [{ stations: [] }],
  [{ stations: [{ id: 1 }], mode: "full", since: "2026-02-28" }],
  [{ stations: [{ id: 7, name: "Ulm" }] }],
])("%j is right", (stated) => {
  expect(problemOf(stated)).toBeNull();
});

test.each<[JsonValue, RegExp]>([
  [{}, /^stations: /u],
  [{ stations: [{ id: "seven" }] }, /^stations\.0\.id: .*number/u],
  [{ stations: [{ id: 1 }, { id: 0 }] }, /^stations\.1\.id: /u],
  [{ stations: [{ id: 1, name: "U" }] }, /^stations\.0\.name: /u],
  [{ stations: [{ id: 1.5 }] }, /^stations\.0\.id: /u],
  [{ stations: [], mode: "all" }, /^mode: .*full.*delta/u],
  [{ stations: [], since: "tomorrow" }, /^since: /u],
  [{ stations: [], station: 7 }, /^it: .*station/u],
  [{ stations: [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }] }, /^stations: /u],
  [[], /^it: /u],
  [null, /^it: /u],
  ["full", /^it: /u],
])("%j is refused with the field that is wrong", (stated, words) => {
  expect(problemOf(stated)).toMatch(words);
});

test("all that is wrong is told at once, of much the first five", () => {
  expect(problemOf({ stations: "none", mode: 1 })).toMatch(/^stations: .*; mode: /u);
  const wide = z.object(Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`field${index}`, z.string()])));
  const said = problemOf({}, wide);
  expect(said?.match(/field\d/gu)).toHaveLength(5);
  expect(said).toMatch(/ and 3 more$/u);
});

test("a schema that cannot be written as data says nothing here: its step looks", () => {
  expect(problemOf({ at: 1 }, z.object({ at: z.date() }))).toBeNull();
});
