import type { JsonValue } from "@heddle/core";
import { describe, expect, test } from "vitest";
import { type ConfigShape, emptyValue, findConfigProblems, readSchema } from "./config-schema.ts";

const SCHEMA: JsonValue = {
  type: "object",
  required: ["currency", "since", "rounding"],
  properties: {
    currency: { enum: ["EUR", "USD"], description: "what prices are told in" },
    since: { type: "string", format: "date" },
    rounding: { type: "integer", minimum: 0, maximum: 6, default: 2 },
    strict: { anyOf: [{ type: "boolean" }, { type: "null" }] },
    tiers: { type: "array", items: { $ref: "#/$defs/tier" } },
    mode: { anyOf: [{ const: "fast" }, { const: "exact" }] },
    extra: { anyOf: [{ type: "string" }, { type: "number" }] },
  },
  $defs: {
    tier: {
      type: "object",
      required: ["name"],
      properties: { name: { type: "string" }, share: { type: "number", maximum: 1 } },
    },
  },
};

function fieldOf(name: string): ConfigShape | undefined {
  const shape = readSchema(SCHEMA);
  return shape.kind === "object" ? shape.fields.find((field) => field.name === name)?.shape : undefined;
}

describe("a schema", () => {
  test("is read into what a form can ask for", () => {
    expect(fieldOf("currency")).toEqual({ kind: "choice", values: ["EUR", "USD"] });
    expect(fieldOf("since")).toEqual({ kind: "text", input: "date", pattern: null });
    expect(fieldOf("rounding")).toEqual({ kind: "number", integer: true, min: 0, max: 6 });
    expect(fieldOf("strict")).toEqual({ kind: "boolean" });
    expect(fieldOf("mode")).toEqual({ kind: "choice", values: ["fast", "exact"] });
    expect(fieldOf("tiers")).toMatchObject({ kind: "list", item: { kind: "object" } });
    expect(fieldOf("extra")).toEqual({ kind: "json" });
  });

  test("needs nothing that has a default", () => {
    const shape = readSchema(SCHEMA);
    const fields = shape.kind === "object" ? shape.fields : [];
    expect(fields.filter(({ required }) => required).map(({ name }) => name)).toEqual(["currency", "since"]);
    expect(fields.find(({ name }) => name === "rounding")?.preset).toBe(2);
  });

  test.each<JsonValue>([null, true, [], "text", { $ref: "#" }, { $ref: "elsewhere" }, { type: "object" }])(
    "%j is left to JSON, and ends",
    (schema) => expect(readSchema(schema).kind).toBe("json"),
  );
});

describe("a value", () => {
  test.each<readonly [JsonValue, readonly string[]]>([
    [{ currency: "EUR", since: "2026-01-31" }, []],
    [{ currency: "GBP", since: "2026-01-31" }, ["currency"]],
    [{}, ["currency", "since"]],
    [{ currency: "EUR", since: "soon" }, ["since"]],
    [{ currency: "EUR", since: "2026-01-31", rounding: 7 }, ["rounding"]],
    [{ currency: "EUR", since: "2026-01-31", rounding: 1.5 }, ["rounding"]],
    [{ currency: "EUR", since: "2026-01-31", tiers: [{ name: "a" }, { share: 2 }] }, ["tiers.1.name", "tiers.1.share"]],
    [[], [""]],
  ])("%j has problems at %j", (value, paths) => {
    expect(findConfigProblems(readSchema(SCHEMA), value).map(({ path }) => path)).toEqual(paths);
  });

  test("a new item is as empty as its shape allows", () => {
    const tiers = fieldOf("tiers");
    expect(tiers?.kind === "list" ? emptyValue(tiers.item) : null).toEqual({});
    expect(emptyValue({ kind: "number", integer: true, min: 3, max: null })).toBe(3);
  });
});
