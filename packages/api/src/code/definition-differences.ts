import type { AssetSnapshot, PartitionsSpec } from "@heddle/core/internal";
import type { DefinitionDifference } from "../contract.ts";

/** Lines of one aspect that are told, and their length. */
const MAX_LINES = 100;
const MAX_LENGTH = 300;

/** What a definition says, aspect by aspect, in lines that are compared as sets. */
const ASPECTS: readonly (readonly [string, (asset: AssetSnapshot) => readonly string[]])[] = [
  ["Code version", ({ codeVersion }) => [codeVersion.slice(0, 12)]],
  ["Dependencies", ({ deps }) => deps.map(({ upstream, rule }) => `${upstream}: ${rule}`)],
  ["Partitions", ({ partitions }) => describePartitions(partitions)],
  ["Description", ({ description }) => (description === null ? [] : description.split("\n"))],
  ["Group", ({ group }) => [group]],
  ["Owners", ({ owners }) => owners],
  ["Kinds", ({ kinds }) => kinds],
  ["Tags", ({ tags }) => Object.entries(tags).map(([name, value]) => `${name}: ${value}`)],
  ["Metadata", ({ metadata }) => Object.entries(metadata).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)],
  ["Columns", ({ columns = [] }) => columns.map(({ name, type }) => (type === undefined ? name : `${name}: ${type}`))],
  [
    "Checks",
    ({ checks }) => checks.map(({ name, severity, blocking }) => `${name}: ${severity}${blocking ? ", blocking" : ""}`),
  ],
  ["Stored by", ({ io }) => [io]],
  ["Resources", ({ resources }) => resources],
  ["Retries", ({ retry }) => [JSON.stringify(retry)]],
  ["Time limit", ({ timeoutMs }) => [`${timeoutMs} ms`]],
  ["Pools", ({ pools = [] }) => pools.map((use) => JSON.stringify(use))],
  ["Chunk", ({ chunk }) => (chunk === undefined || chunk === null ? [] : [String(chunk)])],
  ["Condition", ({ automation }) => (automation === undefined ? [] : [JSON.stringify(automation)])],
  ["Freshness", ({ freshness }) => (freshness === undefined ? [] : [JSON.stringify(freshness)])],
  ["Config", ({ config }) => (config === undefined || config === null ? [] : [JSON.stringify(config.jsonSchema)])],
];

/** How two definitions of an asset differ; where its source lies does not count. */
export function findDifferences(before: AssetSnapshot, now: AssetSnapshot): DefinitionDifference[] {
  return ASPECTS.flatMap(([aspect, linesOf]) => {
    const [had, has] = [linesOf(before), linesOf(now)];
    const [gone, came] = [without(had, has), without(has, had)];
    return gone.length + came.length === 0 ? [] : [{ aspect, before: shorten(gone), after: shorten(came) }];
  });
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return lines.filter((line) => !known.has(line));
}

function shorten(lines: readonly string[]): string[] {
  const cut = lines
    .slice(0, MAX_LINES)
    .map((line) => (line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line).toWellFormed());
  return lines.length > MAX_LINES ? [...cut, `and ${lines.length - MAX_LINES} more`] : cut;
}

function describePartitions(spec: PartitionsSpec | null): string[] {
  if (spec === null) return ["none"];
  switch (spec.kind) {
    case "static":
      return ["static", ...spec.keys];
    case "dynamic":
      return [`dynamic: ${spec.name}`];
    case "multi":
      return spec.dimensions.flatMap(({ name, partitions }) =>
        describePartitions(partitions).map((line) => `${name}: ${line}`),
      );
    case "time-window":
      return [
        `${spec.cadence === "cron" ? `by “${spec.cron}”` : spec.cadence} from ${spec.start}` +
          `${spec.end === null ? "" : ` to ${spec.end}`}, ${spec.timeZone}`,
      ];
  }
}
