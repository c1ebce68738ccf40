import { HeddleError, type SchemaDrift, type StoredColumn } from "@heddle/core";

/** One change of a column that is not allowed. */
export interface DriftedColumn {
  readonly column: string;
  /** Such as `Int64` or `Int64, nullable`; `null` when there was, or is, no such column. */
  readonly from: string | null;
  readonly to: string | null;
}

/** Types that hold every value of another one, by that other one's name. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  Int8: ["Int16", "Int32", "Int64", "Float32", "Float64"],
  Int16: ["Int32", "Int64", "Float32", "Float64"],
  Int32: ["Int64", "Float64"],
  Uint8: ["Uint16", "Uint32", "Uint64", "Int16", "Int32", "Int64", "Float32", "Float64"],
  Uint16: ["Uint32", "Uint64", "Int32", "Int64", "Float32", "Float64"],
  Uint32: ["Uint64", "Int64", "Float64"],
  Float32: ["Float64"],
};

/**
 * Finds the changes from the columns of an asset's last materialization to those of a new one that its policy does not
 * allow. `additive` allows new nullable columns, columns that become nullable, wider types and another order.
 */
export function findSchemaDrift(
  previous: readonly StoredColumn[],
  next: readonly StoredColumn[],
  drift: SchemaDrift,
): DriftedColumn[] {
  if (drift === "any") return [];
  const names = new Set([...previous, ...next].map(({ name }) => name));
  const before = new Map(previous.map((column) => [column.name, column]));
  const after = new Map(next.map((column) => [column.name, column]));
  return [...names].flatMap((column) => {
    const from = before.get(column);
    const to = after.get(column);
    const isAllowed = drift === "additive" ? isAdditive(from, to) : isSame(from, to);
    return isAllowed ? [] : [{ column, from: describe(from), to: describe(to) }];
  });
}

function isSame(from: StoredColumn | undefined, to: StoredColumn | undefined): boolean {
  if (from === undefined || to === undefined) return false;
  return typeOf(from) === typeOf(to) && from.nullable === to.nullable;
}

function isAdditive(from: StoredColumn | undefined, to: StoredColumn | undefined): boolean {
  if (to === undefined) return false;
  if (from === undefined) return to.nullable;
  if (from.nullable && !to.nullable) return false;
  return typeOf(from) === typeOf(to) || WIDER[typeOf(from)]?.includes(typeOf(to)) === true;
}

/** The type of a column's cells: how they are encoded may differ from one value to the next. */
function typeOf({ type }: StoredColumn): string {
  const plain = /^Dictionary<[^,]+, (.+)>$/.exec(type)?.[1] ?? type;
  return /^(?:Large)?(?:Utf8|Binary)(?:View)?$/.test(plain) ? plain.replace(/^Large|View$/g, "") : plain;
}

function describe(column: StoredColumn | undefined): string | null {
  if (column === undefined) return null;
  return column.nullable ? `${column.type}, nullable` : column.type;
}

/**
 * The error about what {@link findSchemaDrift} found; `subject` is the step, as messages name it.
 *
 * @param other what it was compared with, when that is not its asset's last materialization
 */
export function schemaDriftError(subject: string, drifted: readonly DriftedColumn[], other?: string): HeddleError {
  const changes = drifted.map(({ column, from, to }) => {
    const name = JSON.stringify(column);
    if (to === null) return `column ${name} (${from}) is gone`;
    if (from === null)
      return `column ${name} (${to}) is new, and ${to.endsWith("nullable") ? "none may be added" : "not nullable"}`;
    return `column ${name} was ${from} and is ${to}`;
  });
  const compared = other === undefined ? "" : `, compared with ${other}`;
  return new HeddleError("IO_SCHEMA_DRIFT", `${subject} was not published${compared}: ${changes.join("; ")}`, {
    hint: 'Consumers may not stand that. Keep the columns as they were, allow the change with `drift: "any"` of the I/O manager, or give the asset another key. The version before it, if there is one, is still the current one.',
    details: { columns: drifted.map((each) => ({ ...each })) },
  });
}
