import {
  computedFrom,
  isNamed,
  NOWHERE,
  type Origin,
  type OriginColumn,
  type Relation,
  unknownOrigin,
} from "./origin.ts";
import type { ParsedNode } from "./parsed-node.ts";

/** A relation as the expressions beside it see it. */
export interface NamedRelation extends Relation {
  readonly name: string;
}

/** Which side a column of `using` takes its value from. */
export type UsingSide = "left" | "right" | "both";

/** What names in expressions can stand for. */
export interface Scope {
  readonly relations: readonly NamedRelation[];
  /** Columns that joins have made one of, in lower case. */
  readonly using: ReadonlyMap<string, UsingSide>;
  /** What the query around it sees; `null` for the outermost. */
  readonly parent: Scope | null;
  /** Common table expressions and the tables that the query is given, in lower case. */
  readonly tables: ReadonlyMap<string, Relation>;
  /** Columns of the same `select` that were computed before, and parameters of lambdas. */
  readonly aliases: readonly OriginColumn[];
  /** Reads a query within this one: expressions and tables hold queries, and queries hold those. */
  readonly readQuery: (query: ParsedNode, around: Scope) => Relation;
}

/** A scope without relations, within another. */
export function scopeWithin(parent: Scope, tables: ReadonlyMap<string, Relation> = parent.tables): Scope {
  return { relations: [], using: new Map(), parent, tables, aliases: [], readQuery: parent.readQuery };
}

/** Where a column comes from that an expression names. */
export function resolveColumn(names: readonly string[], scope: Scope): Origin {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const found = findIn(names, at);
    if (found !== null) return found;
  }
  return unknownOrigin(`it is not known which table has the column ${JSON.stringify(names.join("."))}`);
}

function findIn(names: readonly string[], scope: Scope): Origin | null {
  const [first = "", second, ...fields] = names;
  const relation = scope.relations.find(({ name }) => isNamed(name, first));
  if (second !== undefined && relation !== undefined) {
    const own = columnOf(relation, second) ?? relation.other?.(second) ?? null;
    if (own !== null) return asField(own, fields);
  }
  const column = findColumn(first, scope);
  if (column !== null) return asField(column, names.slice(1));
  // A table's name as a value is a row of it.
  if (relation !== undefined && second === undefined) return wholeRow(relation);
  const other = scope.relations.flatMap((own) => own.other?.(first) ?? []);
  if (other.length === 1) return asField(other[0] ?? NOWHERE, names.slice(1));
  if (other.length === 0) return null;
  return unknownOrigin(`it is not known which of ${other.length} tables has the column ${JSON.stringify(first)}`);
}

/** A column that the query names without its table. */
function findColumn(name: string, { relations, using, aliases }: Scope): Origin | null {
  const found = relations.flatMap((relation) => columnOf(relation, name) ?? []);
  const [first] = found;
  if (first === undefined) return aliases.findLast((alias) => isNamed(alias.name, name))?.origin ?? null;
  if (found.length === 1) return first;
  switch (using.get(name.toLowerCase())) {
    case "left":
      return first;
    case "right":
      return found.at(-1) ?? first;
    case "both":
      return computedFrom(found);
    default:
      return unknownOrigin(`several tables have a column ${JSON.stringify(name)}`);
  }
}

function columnOf({ columns }: Relation, name: string): Origin | null {
  return columns.find((column) => isNamed(column.name, name))?.origin ?? null;
}

/** A field of a struct is not the column itself. */
function asField(origin: Origin, fields: readonly string[]): Origin {
  return fields.length === 0 ? origin : { ...origin, passes: false };
}

function wholeRow({ columns, rest }: Relation): Origin {
  const origins = columns.map(({ origin }) => origin);
  return computedFrom(rest === null ? origins : [...origins, unknownOrigin(rest)]);
}
