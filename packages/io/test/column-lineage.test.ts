import { asset } from "@heddle/core";
import { describe, expect, test } from "vitest";
import { sql, sqlAsset, type SqlFragment } from "../src/duckdb.ts";
import { float64, table, utf8 } from "../src/parquet.ts";

const upstream = (key: string) => asset({ key, materialize: (): { readonly a: string }[] => [] });
const [orders, customers, loose] = [upstream("orders"), upstream("customers"), upstream("loose")];

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  o: ["id", "customer", "amount", "items"],
  c: ["customer", "country"],
};

/** `name: table.column …` for each column; `=` where it is passed through, `?` with the reason where nobody can say. */
async function derive(query: SqlFragment, schema?: Parameters<typeof table>[0]): Promise<string[]> {
  const declared = sqlAsset({
    key: "made",
    deps: { o: orders, c: customers, x: loose },
    ...(schema !== undefined && { schema: table(schema) }),
    sql: () => query,
  });
  const derived = await declared.deriveColumns?.({
    columnsOf: (name) => COLUMNS[name] ?? null,
    partition: undefined,
    signal: new AbortController().signal,
  });
  if (derived === undefined) throw new Error("a SQL asset can tell");
  const lines = derived.columns.map(({ name, from, unknownBecause }) => {
    if (from === null) return `${name} ? ${unknownBecause ?? ""}`;
    const sources = from.flatMap(({ dependency, columns }) => columns.map((column) => `${dependency}.${column}`));
    return `${name} ${from.some(({ passes }) => passes) ? "=" : ":"} ${sources.join(" ")}`.trimEnd();
  });
  return derived.unknownBecause === null ? lines : [...lines, `… ? ${derived.unknownBecause}`];
}

describe("columns that a query makes come from", () => {
  test.for<[what: string, query: SqlFragment, expected: readonly string[]]>([
    ["what is named", sql`select id, o.amount as paid from o`, ["id = o.id", "paid = o.amount"]],
    [
      "what is computed with",
      sql`select amount * 2 + length(id) as z, ${5} as five from o`,
      ["z : o.amount o.id", "five :"],
    ],
    [
      "everything",
      sql`select * from o`,
      ["id = o.id", "customer = o.customer", "amount = o.amount", "items = o.items"],
    ],
    [
      "all but some",
      sql`select * exclude (items, id) replace (amount / 100 as amount) rename (customer as who) from o`,
      ["who = o.customer", "amount : o.amount"],
    ],
    [
      "a join with using",
      sql`select * exclude (items), upper(country) as up from o join c using (customer)`,
      ["id = o.id", "customer = o.customer", "amount = o.amount", "country = c.country", "up : c.country"],
    ],
    [
      "a full join",
      sql`select customer, l.id from o l full join c using (customer)`,
      ["customer : o.customer c.customer", "id = o.id"],
    ],
    [
      "the right side of a right join",
      sql`select customer from o right join c using (customer)`,
      ["customer = c.customer"],
    ],
    [
      "common tables",
      sql`with known as (select l.*, r.country as land from o l join c r using (customer)), sums(land, total) as (select land, sum(amount) from known group by land)
          select land, total from sums order by land`,
      ["land = c.country", "total : o.amount"],
    ],
    [
      "windows",
      sql`select id, sum(amount) over (partition by customer order by id) as running from o`,
      ["id = o.id", "running : o.amount o.customer o.id"],
    ],
    [
      "unions",
      sql`select id, customer as who from o union all select country, customer from c`,
      ["id : o.id c.country", "who : o.customer c.customer"],
    ],
    [
      "unions by name",
      sql`select id from o union all by name select country, id from c, o`,
      ["id = o.id", "country : c.country"],
    ],
    ["the left of a difference", sql`select customer from o except select customer from c`, ["customer = o.customer"]],
    [
      "subqueries",
      sql`select (select max(country) from c where c.customer = o.customer) as land, exists (select 1 from c) as any_,
            id in (select country from c) as within from o`,
      ["land : c.country", "any_ :", "within : o.id c.country"],
    ],
    ["subqueries in from", sql`select s.total from (select sum(amount) as total from o) s`, ["total : o.amount"]],
    [
      "columns before it",
      sql`select amount + 1 as more, more * 2 as twice from o`,
      ["more : o.amount", "twice : o.amount"],
    ],
    ["lambdas", sql`select list_transform(items, i -> i + amount) as z from o`, ["z : o.items o.amount"]],
    ["tables beside", sql`select it.v, id from o, unnest(o.items) as it(v)`, ["v : o.items", "id = o.id"]],
    [
      "fields",
      sql`select o.items.price.net as net, customer.name as name from o`,
      ["net : o.items", "name : o.customer"],
    ],
    ["values", sql`select p, id from o cross join (values (1, 2)) v(p, q)`, ["p :", "id = o.id"]],
    [
      "recursions",
      sql`with recursive r(n, who) as (select 1, customer from o union all select n + 1, who from r where n < 3) select * from r`,
      ["n :", "who = o.customer"],
    ],
    ["rows as values", sql`select c as row_ from c`, ["row_ : c.customer c.country"]],
    [
      "case and filter",
      sql`select case when id = 'a' then amount end as y, count(*) filter (where amount > 1) as n from o group by all`,
      ["y : o.id o.amount", "n : o.amount"],
    ],
    ["tables of which no column is known", sql`select x.k, id from x join o on x.k = o.id`, ["k = x.k", "id = o.id"]],
    ["the only table that can have it", sql`with w as (select * from x) select q from w`, ["q = x.q"]],
  ])("%s", async ([, query, expected]) => {
    expect(await derive(query)).toEqual(expected);
  });

  test("what the schema names, where only the database would", async () => {
    expect(await derive(sql`select id, sum(amount) from o group by id`, { id: utf8(), total: float64() })).toEqual([
      "id = o.id",
      "total : o.amount",
    ]);
  });
});

describe("what cannot be told says why", () => {
  test.for<[query: SqlFragment, expected: readonly string[]]>([
    [sql`select * from x`, ['… ? the columns of "x" are not known before it is read']],
    [sql`select columns('a.*') from o`, ["… ? COLUMNS(…) chooses columns while the query is planned"]],
    [sql`select * from read_csv('a.csv')`, ["… ? which columns read_csv() gives is not known"]],
    [sql`select nothing from o`, ['nothing ? it is not known which table has the column "nothing"']],
    [sql`select customer from o, c`, ['customer ? several tables have a column "customer"']],
    [sql`select a from elsewhere`, ['a ? "elsewhere" is no dependency']],
  ])("%#", async ([query, expected]) => {
    expect(await derive(query)).toEqual(expected);
  });

  test("and what DuckDB does not take apart", async () => {
    expect((await derive(sql`selec 1`)).join()).toContain("DuckDB does not take it apart: syntax error");
    expect((await derive(sql`select 1; select 2`)).join()).toContain("it is not one query");
  });
});
