import type { PartitionsSpec } from "@heddle/core/internal";

/** Keys that are written out. */
const SHOWN_KEYS = 3;

/** Says how a partitions definition differs from what it was: "start 2012-02-01 instead of 2012-01-01". */
export function describeSpecChange(before: PartitionsSpec | null, after: PartitionsSpec | null): string {
  if (before === null || after === null || before.kind !== after.kind) {
    return `${nameOf(after)} instead of ${nameOf(before)}`;
  }
  if (before.kind === "static" && after.kind === "static") return describeKeys(before.keys, after.keys);
  if (before.kind === "multi" && after.kind === "multi") {
    const old = new Map(before.dimensions.map(({ name, partitions }) => [name, partitions]));
    const names = [...new Set([...old.keys(), ...after.dimensions.map(({ name }) => name)])];
    const now = new Map(after.dimensions.map(({ name, partitions }) => [name, partitions]));
    const changes = names.flatMap((name) => {
      const [was, is] = [old.get(name), now.get(name)];
      if (was === undefined) return [`new dimension ${name}`];
      if (is === undefined) return [`no dimension ${name}`];
      return JSON.stringify(was) === JSON.stringify(is) ? [] : [`${name}: ${describeSpecChange(was, is)}`];
    });
    return changes.length === 0 ? "its dimensions are numbered otherwise" : changes.join("; ");
  }
  return describeFields(fieldsOf(before), fieldsOf(after));
}

function nameOf(spec: PartitionsSpec | null): string {
  if (spec === null) return "no partitions";
  switch (spec.kind) {
    case "time-window":
      return `${spec.cadence} partitions`;
    case "multi":
      return `partitions by ${spec.dimensions.map(({ name }) => name).join(", ")}`;
    default:
      return `${spec.kind} partitions`;
  }
}

function describeKeys(before: readonly string[], after: readonly string[]): string {
  const [old, now] = [new Set(before), new Set(after)];
  const added = after.filter((key) => !old.has(key));
  const removed = before.filter((key) => !now.has(key));
  const parts = [
    ...(added.length === 0 ? [] : [`new ${listKeys(added)}`]),
    ...(removed.length === 0 ? [] : [`no ${listKeys(removed)} any more`]),
  ];
  return parts.length === 0 ? "its keys are in another order" : parts.join(", ");
}

function listKeys(keys: readonly string[]): string {
  const more = keys.length > SHOWN_KEYS ? ` and ${keys.length - SHOWN_KEYS} more` : "";
  return `${keys.slice(0, SHOWN_KEYS).join(", ")}${more}`;
}

function fieldsOf(spec: PartitionsSpec): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(spec).map(([name, value]: [string, unknown]) => [
      name,
      value === null ? "none" : typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function describeFields(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names
    .flatMap((name) => {
      const [was, is] = [before.get(name) ?? "none", after.get(name) ?? "none"];
      return was === is ? [] : [`${name} ${is} instead of ${was}`];
    })
    .join(", ");
}
