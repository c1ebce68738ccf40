import fc from "fast-check";
import { expect, test } from "vitest";
import { columnName, indexName, quoteName, relationNames, typedColumnName } from "./names.ts";

const nameOf = (key: string): string => relationNames(key, {}).qualified;

test.each([
  ["orders", '"public"."orders"'],
  ["weather/raw", '"weather"."raw"'],
  ["a/b/c", '"a"."b__c"'],
  ["order/user", '"order"."user"'],
])("a plain key names its relation: %s", (key, name) => {
  expect(nameOf(key)).toBe(name);
});

test.each([
  ["Weather/Raw 2024", /^"weather__h[0-9a-f]{16}"\."raw_2024__h[0-9a-f]{16}"$/],
  ["weather/raw__old", /^"weather"\."raw_old__h[0-9a-f]{16}"$/],
  ["public/orders", /^"public"\."orders__h[0-9a-f]{16}"$/],
  ["pg_catalog/x", /^"t_pg_catalog__h[0-9a-f]{16}"\."x__h[0-9a-f]{16}"$/],
  ["heddle/version", /^"heddle__h[0-9a-f]{16}"\."version__h[0-9a-f]{16}"$/],
  ["東京", /^"public"\."t___h[0-9a-f]{16}"$/],
  [`a/${"long_".repeat(20)}end`, /^"a"\."(long_){6}__h[0-9a-f]{16}"$/],
])("other keys get a hash: %s", (key, name) => {
  expect(nameOf(key)).toMatch(name);
});

test("with a stated schema or table, the rest follows from the key", () => {
  expect(relationNames("a/b/c", { schema: "raw" }).qualified).toBe('"raw"."a__b__c"');
  expect(relationNames("a/b/c", { table: 'x"y' }).qualified).toBe('"a"."x""y"');
  expect(relationNames("a/b", { table: "t" }).qualifiedVersions).toBe('"a"."t__versions"');
});

test.each(["", "x".repeat(54), "a\0", "t__versions", "\ud800"])("%j is no name to state", (table) => {
  expect(() => relationNames("a", { table })).toThrow(/cannot|may have|control characters|ends with/);
});

test.each(["pg_x", "heddle", "information_schema"])("%j is no schema to state", (schema) => {
  expect(() => relationNames("a", { schema })).toThrow("is kept for PostgreSQL or Heddle itself");
});

/** Keys that are alike: with the separators, hashes and endings that names are made of. */
const segments = fc.oneof(
  fc.constantFrom("a", "b", "a__b", "a_b", "A", "public", "a__versions", "pg_a", "x".repeat(60)),
  fc.string({ unit: "grapheme", minLength: 1 }),
  fc.constantFrom("a", "b").map((text) => relationNames(text.toUpperCase(), {}).table),
);
const keys = fc.array(segments, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));

test("different keys have different relations, whose names PostgreSQL does not cut", () => {
  fc.assert(
    fc.property(fc.uniqueArray(keys, { minLength: 2, maxLength: 20 }), (all) => {
      const found = all.map((key) => relationNames(key, {}));
      expect(new Set(found.map(({ qualified }) => qualified)).size).toBe(all.length);
      for (const { schema, table, versions } of found) {
        for (const name of [schema, table, versions, indexName(table, ["heddle_version"])]) {
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
        }
        expect(schema).not.toMatch(/^(pg_|heddle$|information_schema$)/);
        expect(table).not.toMatch(/__versions$/);
      }
    }),
    { numRuns: 500 },
  );
});

test("columns keep their names where PostgreSQL can have them, and never share one", () => {
  expect(columnName("Über 1")).toBe("Über 1");
  expect(columnName("ctid")).toMatch(/^ctid__h[0-9a-f]{16}$/);
  expect(columnName("heddle_row")).toMatch(/^heddle_row__h/);
  expect(typedColumnName("count", "int8")).toBe("count__as_int8");
  expect(typedColumnName("tags", "text[]")).toBe("tags__as_text_list");
  const names = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 70 }),
    fc.constantFrom("a", "a__as_int8", "ctid", columnName("ctid"), "xmin"),
  );
  fc.assert(
    fc.property(fc.uniqueArray(names, { minLength: 2 }), (all) => {
      const found = all.flatMap((name) => [
        columnName(name),
        typedColumnName(name, "int8"),
        typedColumnName(name, "text[]"),
      ]);
      expect(new Set(found).size).toBe(found.length);
      for (const name of found) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
    }),
  );
});

test("quotes are doubled", () => {
  expect(quoteName('a"; drop table x; --')).toBe('"a""; drop table x; --"');
});
