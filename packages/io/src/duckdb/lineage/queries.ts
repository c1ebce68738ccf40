import { originOf } from "./expressions.ts";
import { eitherOf, isNamed, NOWHERE, type OriginColumn, relationOf, renamed, type Relation } from "./origin.ts";
import { isNode, nodeIn, nodesIn, type ParsedNode, textIn, textsIn } from "./parsed-node.ts";
import { resolveColumn, type Scope, scopeWithin } from "./scope.ts";
import { readFrom } from "./tables.ts";

/** Rounds after which what a recursion adds is taken as it is. */
const MAX_ROUNDS = 5;

/** What a query gives. `around` is what it may name of the query around it, and its tables. */
export function readQuery(query: ParsedNode, around: Scope): Relation {
  const scope = withCommonTables(query, around);
  switch (textIn(query, "type")) {
    case "SELECT_NODE":
      return readSelect(query, scope);
    case "SET_OPERATION_NODE":
      return readSetOperation(query, scope);
    case "RECURSIVE_CTE_NODE":
      return readRecursion(query, scope);
    default:
      return relationOf([], `what ${textIn(query, "type") || "the query"} gives cannot be told`);
  }
}

function withCommonTables(query: ParsedNode, scope: Scope): Scope {
  let within = scope;
  for (const { key, value } of nodesIn(nodeIn(query, "cte_map"), "map")) {
    if (typeof key !== "string" || !isNode(value)) continue;
    const table = readQuery(nodeIn(nodeIn(value, "query"), "node"), within);
    const tables = new Map(within.tables).set(key.toLowerCase(), renamed(table, textsIn(value, "aliases")));
    within = { ...within, tables };
  }
  return within;
}

function readSelect(query: ParsedNode, around: Scope): Relation {
  const from = readFrom(nodeIn(query, "from_table"), around);
  let scope: Scope = { ...scopeWithin(around), ...from };
  const columns: OriginColumn[] = [];
  let rest: string | null = null;
  let other: Relation["other"] = null;
  for (const expression of nodesIn(query, "select_list")) {
    const read = textIn(expression, "class") === "STAR" ? readStar(expression, scope) : null;
    const given = read?.columns ?? [{ name: nameOf(expression), origin: originOf(expression, scope) }];
    rest ??= read?.rest ?? null;
    other ??= read?.other ?? null;
    columns.push(...given);
    if (read === null) scope = { ...scope, aliases: [...scope.aliases, ...given] };
  }
  return { columns, rest, other };
}

function nameOf(expression: ParsedNode): string {
  return textIn(expression, "alias") || (textsIn(expression, "column_names").at(-1) ?? "");
}

/** `*` and `t.*`, without what `exclude` names and with what `replace` and `rename` say. */
function readStar(star: ParsedNode, scope: Scope): Relation {
  if (star["columns"] === true) return relationOf([], "COLUMNS(…) chooses columns while the query is planned");
  const table = textIn(star, "relation_name");
  const relations = scope.relations.filter(({ name }) => table === "" || isNamed(name, table));
  const excluded = excludedBy(star);
  const replaced = new Map(
    nodesIn(star, "replace_list").map((entry) => [textIn(entry, "key").toLowerCase(), nodeIn(entry, "value")]),
  );
  const renames = new Map(
    nodesIn(star, "rename_list").map((entry) => [
      textIn(nodeIn(entry, "key"), "column").toLowerCase(),
      textIn(entry, "value"),
    ]),
  );
  const joined = new Set<string>();
  const columns = relations.flatMap((relation) =>
    relation.columns.flatMap(({ name, origin }): OriginColumn[] => {
      const lower = name.toLowerCase();
      const isJoined = table === "" && scope.using.has(lower);
      if (excluded.has(lower) || (isJoined && joined.has(lower))) return [];
      joined.add(lower);
      const replacement = replaced.get(lower);
      const own = isJoined ? resolveColumn([name], scope) : origin;
      return [
        { name: renames.get(lower) ?? name, origin: replacement === undefined ? own : originOf(replacement, scope) },
      ];
    }),
  );
  const open = relations.filter((relation) => relation.rest !== null);
  const all = relationOf(columns, open[0]?.rest ?? null);
  // Of one table whose columns are not known a column is known as soon as it is named.
  return open.length === 1 ? { ...all, other: open[0]?.other ?? null } : all;
}

function excludedBy(star: ParsedNode): ReadonlySet<string> {
  const qualified = nodesIn(star, "qualified_exclude_list").map((entry) => textIn(entry, "column"));
  return new Set([...textsIn(star, "exclude_list"), ...qualified].map((name) => name.toLowerCase()));
}

function readSetOperation(query: ParsedNode, scope: Scope): Relation {
  const children = nodesIn(query, "children");
  const parts = children.length > 0 ? children : [nodeIn(query, "left"), nodeIn(query, "right")];
  const read = parts.map((part) => readQuery(part, scope));
  const kind = textIn(query, "setop_type");
  const [first = relationOf([]), ...others] = read;
  // What is taken away gives no value.
  if (kind === "EXCEPT") return first;
  return others.reduce(
    (all, other) => (kind === "UNION_BY_NAME" ? unionByName(all, other) : unionOf(all, other)),
    first,
  );
}

function unionOf(a: Relation, b: Relation): Relation {
  const rest = a.rest ?? b.rest;
  const columns = a.columns.map(({ name, origin }, place) => {
    const other = b.columns[place];
    return { name, origin: other === undefined ? origin : eitherOf(origin, other.origin) };
  });
  // Where one side has columns that are not known, it is not known either which stand in the same place.
  return rest === null ? relationOf(columns) : relationOf([], rest);
}

function unionByName(a: Relation, b: Relation): Relation {
  const added = b.columns.filter(({ name }) => !a.columns.some((column) => isNamed(column.name, name)));
  const columns = a.columns.map(({ name, origin }) => {
    const other = b.columns.find((column) => isNamed(column.name, name));
    return { name, origin: other === undefined ? { ...origin, passes: false } : eitherOf(origin, other.origin) };
  });
  return relationOf(
    [...columns, ...added.map(({ name, origin }) => ({ name, origin: { ...origin, passes: false } }))],
    a.rest ?? b.rest,
  );
}

/** What a recursion gives is what it begins with and what each of its rounds adds. */
function readRecursion(query: ParsedNode, scope: Scope): Relation {
  const name = textIn(query, "cte_name").toLowerCase();
  const names = textsIn(query, "aliases");
  const begin = renamed(readQuery(nodeIn(query, "left"), scope), names);
  let all = begin;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const tables = new Map(scope.tables).set(name, all);
    const next = unionOf(begin, readQuery(nodeIn(query, "right"), { ...scope, tables }));
    const isSame = JSON.stringify(next.columns) === JSON.stringify(all.columns);
    all = next;
    if (isSame) break;
  }
  return all;
}

/** A relation of one source table: as far as its columns are known, and any other by its name. */
export function tableOf(table: string, columns: readonly string[] | null): Relation {
  const origin = (column: string): OriginColumn["origin"] => ({
    ...NOWHERE,
    sources: [{ table, column }],
    passes: true,
  });
  return {
    columns: (columns ?? []).map((name) => ({ name, origin: origin(name) })),
    rest: columns === null ? `the columns of ${JSON.stringify(table)} are not known before it is read` : null,
    other: columns === null ? origin : null,
  };
}
