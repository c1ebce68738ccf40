import { originOf } from "./expressions.ts";
import { computedFrom, relationOf, renamed, type Relation } from "./origin.ts";
import { nodeIn, nodesIn, type ParsedNode, textIn, textsIn } from "./parsed-node.ts";
import { type NamedRelation, type Scope, scopeWithin, type UsingSide } from "./scope.ts";

/** What stands behind `from`: `scope` is what it may name itself, as in `unnest(t.items)`. */
export function readFrom(from: ParsedNode, scope: Scope): Pick<Scope, "relations" | "using"> {
  switch (textIn(from, "type")) {
    case "":
    case "EMPTY":
      return { relations: [], using: new Map() };
    case "BASE_TABLE": {
      const name = textIn(from, "table_name");
      const table = scope.tables.get(name.toLowerCase());
      return single(from, name, table ?? relationOf([], `${JSON.stringify(name)} is no dependency`));
    }
    case "SUBQUERY":
      return single(from, "", scope.readQuery(nodeIn(nodeIn(from, "subquery"), "node"), scopeWithin(scope)));
    case "TABLE_FUNCTION":
      return single(from, textIn(nodeIn(from, "function"), "function_name"), readFunction(from, scope));
    case "EXPRESSION_LIST":
      return single(from, "", readValues(from, scope));
    case "JOIN":
      return readJoin(from, scope);
    default:
      return single(from, "", relationOf([], `what ${textIn(from, "type")} gives is only known as it runs`));
  }
}

function single(from: ParsedNode, name: string, relation: Relation): Pick<Scope, "relations" | "using"> {
  const named = renamed(relation, textsIn(from, "column_name_alias"));
  return { relations: [{ ...named, name: textIn(from, "alias") || name }], using: new Map() };
}

/** Whatever a function gives comes from its arguments. */
function readFunction(from: ParsedNode, scope: Scope): Relation {
  const call = nodeIn(from, "function");
  const origin = computedFrom([originOf(call, scope)]);
  const columns = textsIn(from, "column_name_alias").map((name) => ({ name, origin }));
  const rest = columns.length > 0 ? null : `which columns ${textIn(call, "function_name")}() gives is not known`;
  return { columns, rest, other: () => origin };
}

function readValues(from: ParsedNode, scope: Scope): Relation {
  const value = from["values"];
  const rows = Array.isArray(value) ? value.map((row) => nodesIn({ row }, "row")) : [];
  const width = Math.max(0, ...rows.map((row) => row.length));
  return relationOf(
    Array.from({ length: width }, (_, place) => ({
      name: `col${place}`,
      origin: computedFrom(rows.map((row) => originOf(row[place] ?? {}, scope))),
    })),
  );
}

function readJoin(from: ParsedNode, scope: Scope): Pick<Scope, "relations" | "using"> {
  const left = readFrom(nodeIn(from, "left"), scope);
  // The right side may read columns of the left one.
  const right = readFrom(nodeIn(from, "right"), { ...scopeWithin(scope), ...left });
  const kind = textIn(from, "join_type");
  if (kind === "SEMI" || kind === "ANTI") return left;
  const side: UsingSide = kind === "RIGHT" ? "right" : /FULL|OUTER/u.test(kind) && kind !== "LEFT" ? "both" : "left";
  const common =
    textIn(from, "ref_type") === "NATURAL"
      ? namesOf(left.relations).filter((name) => namesOf(right.relations).includes(name))
      : textsIn(from, "using_columns").map((name) => name.toLowerCase());
  return {
    relations: [...left.relations, ...right.relations],
    using: new Map([...left.using, ...right.using, ...common.map((name) => [name, side] as const)]),
  };
}

function namesOf(relations: readonly NamedRelation[]): string[] {
  return relations.flatMap(({ columns }) => columns.map(({ name }) => name.toLowerCase()));
}
