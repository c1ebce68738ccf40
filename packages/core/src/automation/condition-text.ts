import { canonicalJson } from "../run/hash-plan.ts";
import type { ConditionSpec } from "./condition-spec.ts";
import { eager, onCron, onFreshness, onMissing } from "./presets.ts";

/** Writes a condition in one line: presets by their name, parts that have a label by that, everything else as declared. */
export function conditionText(spec: ConditionSpec): string {
  return presetOf(spec)?.text ?? expand(spec);
}

/** The name of the preset that a condition is, or its own label; `null` without either. */
export function conditionLabel(spec: ConditionSpec): string | null {
  return spec.label ?? presetOf(spec)?.name ?? null;
}

interface Preset {
  readonly name: string;
  readonly text: string;
}

const PLAIN = [
  ["eager", eager],
  ["onMissing", onMissing],
  ["onFreshness", onFreshness],
] as const;

/** Texts of the presets without options, by what they are as data. */
let presets: ReadonlyMap<string, Preset> | undefined;
const known = new WeakMap<ConditionSpec, Preset | null>();

function presetOf(spec: ConditionSpec): Preset | null {
  const remembered = known.get(spec);
  if (remembered !== undefined) return remembered;
  presets ??= new Map(PLAIN.map(([name, make]) => [canonicalJson(make().spec), { name, text: `${name}()` }]));
  const { label: _, ...bare } = spec;
  const text = canonicalJson(bare);
  const found = presets.get(text) ?? cronPreset(spec, text);
  known.set(spec, found);
  return found;
}

function cronPreset(spec: ConditionSpec, text: string): Preset | null {
  const tick = spec.kind === "and" ? spec.of.find(({ label }) => label === "cron tick") : undefined;
  const clock = tick?.kind === "since" ? tick.trigger : undefined;
  if (clock?.kind !== "cron-tick-passed") return null;
  const { cron, timeZone } = clock;
  if (canonicalJson(onCron(cron, { timeZone }).spec) !== text) return null;
  return { name: "onCron", text: `onCron(${JSON.stringify(cron)}, ${timeZone})` };
}

function inner(spec: ConditionSpec): string {
  if (spec.label !== undefined) return spec.label;
  const text = expand(spec);
  return spec.kind === "and" || spec.kind === "or" ? `(${text})` : text;
}

/** Names of what is written as a call, by kind. */
const CALLS: Readonly<Partial<Record<ConditionSpec["kind"], string>>> = {
  missing: "missing()",
  "in-progress": "inProgress()",
  "execution-failed": "executionFailed()",
  stale: "stale()",
  "blocking-checks-failed": "blockingChecksFailed()",
  "will-be-requested": "willBeRequested()",
  "newly-updated": "newlyUpdated()",
  "data-version-changed": "dataVersionChanged()",
  "newly-requested": "newlyRequested()",
  "newly-handled": "handled",
  "code-version-changed": "codeVersionChanged()",
  "initial-evaluation": "initialEvaluation()",
  "any-downstream": "anyDownstream()",
};

function expand(spec: ConditionSpec): string {
  switch (spec.kind) {
    case "and":
    case "or":
      return spec.of.map(inner).join(` ${spec.kind} `);
    case "not":
      return `not ${inner(spec.of)}`;
    case "newly-true":
      return `newly ${inner(spec.of)}`;
    case "since":
      return spec.reset.kind === "newly-handled"
        ? `${inner(spec.trigger)} since last handled`
        : `${inner(spec.trigger)} since ${inner(spec.reset)}`;
    case "any-deps":
    case "all-deps": {
      const chosen = [
        ...(spec.allow === undefined ? [] : [`of ${spec.allow}`]),
        ...(spec.ignore === undefined ? [] : [`without ${spec.ignore}`]),
      ].join(" ");
      const name = spec.kind === "any-deps" ? "anyDeps" : "allDeps";
      return `${name}(${[inner(spec.of), ...(chosen === "" ? [] : [chosen])].join(" ")})`;
    }
    case "asset-matches":
      return `assetMatches(${spec.asset}, ${inner(spec.of)})`;
    case "check-passed":
    case "check-failed":
      return `${spec.kind === "check-passed" ? "checkPassed" : "checkFailed"}(${spec.check ?? ""})`;
    case "freshness":
      return `freshnessIs(${spec.states.join(", ")})`;
    case "in-latest-time-window":
      return spec.lookbackMs === undefined ? "inLatestTimeWindow()" : `inLatestTimeWindow(${hours(spec.lookbackMs)})`;
    case "cron-tick-passed":
      return `cronTickPassed(${JSON.stringify(spec.cron)}, ${spec.timeZone})`;
    default:
      return CALLS[spec.kind] ?? spec.kind;
  }
}

function hours(durationMs: number): string {
  const inHours = durationMs / 3_600_000;
  return inHours >= 48 && inHours % 24 === 0
    ? `${inHours / 24} days back`
    : `${Math.round(inHours * 100) / 100} h back`;
}
