import { HeddleError, type SchemaDrift } from "@heddle/core";
import { columnsOf, type TableSchema } from "../table/schema.ts";
import { columnName, quoteName, typedColumnName, type RelationNames } from "./names.ts";
import { isWidened, pgType } from "./pg-types.ts";

/** A column as an asset declares it, with its type in PostgreSQL. */
export interface DeclaredColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

/** Types by the names of columns in PostgreSQL. */
export type ColumnTypes = Readonly<Record<string, string>>;

/** What the database has of an asset's relation. */
export interface RelationState {
  /** The asset that it was made for; `null` when Heddle has made nothing of this name. */
  readonly assetKey: string | null;
  /** The columns that outside readers see; `null` before the first publication. */
  readonly visible: readonly DeclaredColumn[] | null;
  /** Name of the view's column that tells the partition; `null` for none. */
  readonly partitionColumn: string | null;
  /** The columns of the table of versions as Heddle made them. */
  readonly made: ColumnTypes;
  /** The columns that it has now; `null` when there is no such table. */
  readonly actual: ColumnTypes | null;
  /** Whether something lies under the name of the view. */
  readonly hasView: boolean;
}

/** What has to be done before rows can be stored. */
export interface TablePlan {
  /** Columns to add, or all of them when the table is not there. */
  readonly add: ColumnTypes;
  /** In which column of the table each declared column is. */
  readonly columns: Readonly<Record<string, string>>;
}

export interface PlanOptions {
  readonly names: RelationNames;
  readonly assetKey: string;
  readonly drift: SchemaDrift;
}

/** The columns that a schema declares. */
export function declaredColumns(schema: TableSchema): readonly DeclaredColumn[] {
  return columnsOf(schema).map(({ name, column }) => ({
    name,
    type: pgType(column.type).name,
    nullable: column.isNullable,
  }));
}

/**
 * Says what a table needs to hold rows with the declared columns. Columns are only ever added: one whose type changes
 * gets a second column, so that rows of earlier versions stay what they are.
 *
 * @throws IO_OBJECT_EXISTS, IO_SCHEMA_DRIFT, IO_SCHEMA_MISMATCH
 */
export function planTable(
  declared: readonly DeclaredColumn[],
  state: RelationState,
  { names, assetKey, drift }: PlanOptions,
): TablePlan {
  refuseForeign(state, names, assetKey);
  refuseDrift(declared, state.visible, { subject: names.qualified, drift });
  const add: Record<string, string> = {};
  const columns: Record<string, string> = {};
  for (const column of declared) {
    const place = placeOf(column, state);
    columns[column.name] = place;
    const actual = state.actual?.[place];
    if (actual === undefined && state.made[place] === undefined) add[place] = column.type;
    else if (actual !== column.type) throw alteredByHand(names, { place, type: column.type, actual });
  }
  return { add, columns };
}

/** The column of the table that holds a declared column: one of its type, which may be there already. */
function placeOf({ name, type }: DeclaredColumn, { made, actual }: RelationState): string {
  const own = columnName(name);
  const found = made[own] ?? actual?.[own];
  return found === undefined || found === type ? own : typedColumnName(name, type);
}

function refuseForeign(state: RelationState, { qualified, qualifiedVersions }: RelationNames, assetKey: string): void {
  if (state.assetKey === assetKey) return;
  const what =
    state.assetKey !== null
      ? `${qualified} holds the asset ${state.assetKey}`
      : state.actual !== null
        ? `there is a table ${qualifiedVersions} already, which Heddle did not make`
        : state.hasView
          ? `there is a table or view ${qualified} already, which Heddle did not make`
          : null;
  if (what === null) return;
  throw new HeddleError("IO_OBJECT_EXISTS", `the asset ${assetKey} cannot be stored in ${qualified}: ${what}`, {
    hint: "Give the asset another `table` or `pgSchema`, or rename what is there.",
    details: { asset: assetKey, relation: qualified },
  });
}

function refuseDrift(
  declared: readonly DeclaredColumn[],
  visible: readonly DeclaredColumn[] | null,
  { subject, drift }: { readonly subject: string; readonly drift: SchemaDrift },
): void {
  if (visible === null || drift === "any") return;
  const problems = drift === "refuse" ? changes(declared, visible) : destructiveChanges(declared, visible);
  if (problems.length === 0) return;
  throw new HeddleError("IO_SCHEMA_DRIFT", `${subject}: ${problems.join("; ")}`, {
    hint: 'Declare the columns as they were, with new ones nullable, or allow the change with `drift: "any"` for one materialization.',
    details: { relation: subject },
  });
}

function destructiveChanges(declared: readonly DeclaredColumn[], visible: readonly DeclaredColumn[]): string[] {
  const gone = visible
    .filter(({ name }) => !declared.some((column) => column.name === name))
    .map((column) => `column ${describe(column)} is gone`);
  return declared
    .flatMap((column) => {
      const before = visible.find(({ name }) => name === column.name);
      if (before === undefined) return column.nullable ? [] : [`column ${describe(column)} is new, and not nullable`];
      const isNarrower = before.type !== column.type && !isWidened(before.type, column.type);
      const isRequired = before.nullable && !column.nullable;
      return isNarrower || isRequired ? [`column ${describe(before)} is declared as ${describeType(column)}`] : [];
    })
    .concat(gone);
}

function changes(declared: readonly DeclaredColumn[], visible: readonly DeclaredColumn[]): string[] {
  const added = declared
    .filter(({ name }) => !visible.some((column) => column.name === name))
    .map((column) => `column ${describe(column)} is new`);
  const others = visible.flatMap((before) => {
    const column = declared.find(({ name }) => name === before.name);
    if (column === undefined) return [`column ${describe(before)} is gone`];
    const isSame = column.type === before.type && column.nullable === before.nullable;
    return isSame ? [] : [`column ${describe(before)} is declared as ${describeType(column)}`];
  });
  return [...added, ...others];
}

function describe(column: DeclaredColumn): string {
  return `${JSON.stringify(column.name)} (${describeType(column)})`;
}

function describeType({ type, nullable }: DeclaredColumn): string {
  return nullable ? `${type}, nullable` : type;
}

function alteredByHand(
  { qualifiedVersions }: RelationNames,
  { place, type, actual }: { readonly place: string; readonly type: string; readonly actual: string | undefined },
): HeddleError {
  const column = quoteName(place);
  return new HeddleError(
    "IO_SCHEMA_MISMATCH",
    actual === undefined
      ? `the table ${qualifiedVersions} has no column ${column} any more: it was altered by hand`
      : `the column ${column} of the table ${qualifiedVersions} is ${actual} and should be ${type}: it was altered by hand`,
    {
      hint:
        actual === undefined
          ? `Put it back: alter table ${qualifiedVersions} add column ${column} ${type}; then materialize the partitions again that need it.`
          : `Change it back: alter table ${qualifiedVersions} alter column ${column} type ${type}.`,
      details: { relation: qualifiedVersions, column: place },
    },
  );
}

/** The columns that outside readers see after a publication, in order. */
export function visibleColumns(
  declared: readonly DeclaredColumn[],
  before: readonly DeclaredColumn[] | null,
  drift: SchemaDrift,
): readonly DeclaredColumn[] {
  if (before === null || drift === "any") return declared;
  const kept = before.map((column) => declared.find(({ name }) => name === column.name) ?? column);
  return [...kept, ...declared.filter(({ name }) => !before.some((column) => column.name === name))];
}

/** SQL that gives a visible column, `r` being the table: also where earlier versions hold it with a narrower type. */
export function columnExpression({ name, type }: DeclaredColumn, made: ColumnTypes): string {
  const places = [
    columnName(name),
    typedColumnName(name, type),
    ...NARROWER.map((narrow) => typedColumnName(name, narrow)),
  ];
  const found = [...new Set(places)].filter((place) => {
    const held = made[place];
    return held === type || (held !== undefined && isWidened(held, type));
  });
  const own = found.map((place) => `r.${quoteName(place)}${made[place] === type ? "" : `::${type}`}`);
  const expression = own.length === 1 ? (own[0] ?? "") : `coalesce(${own.join(", ")})`;
  return `${expression} as ${quoteName(columnName(name))}`;
}

/** Types that are narrower than another. */
const NARROWER = ["int4"];
