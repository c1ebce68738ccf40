import { getOrAdd } from "../get-or-add.ts";
import { AssetGraph } from "../asset-graph.ts";
import type { CronClock } from "../cron/ticks.ts";
import { HeddleError } from "../errors.ts";
import { partitionScheme } from "../partitions/partition-scheme.ts";
import type { PartitionsSpec, TimeWindowPartitionsSpec } from "../partitions/partitions-spec.ts";
import { canonicalJson } from "../run/hash-plan.ts";
import { selectKeys } from "../selection/evaluate-selection.ts";
import { parseSelection } from "../selection/parse-selection.ts";
import type { AssetSnapshot, CheckSnapshot } from "../snapshot.ts";
import { targetId } from "./automation-state.ts";
import {
  AUTOMATION_VERSION,
  partsOf,
  walkCondition,
  type AllDepsSpec,
  type AnyDepsSpec,
  type ConditionSpec,
} from "./condition-spec.ts";
import { resolveDownstream, type DownstreamScope } from "./resolve-downstream.ts";
import { stripLabels } from "./rewrite-condition.ts";

/** One part of a condition made ready for evaluation; assets with equal conditions share it. */
export interface ConditionPart {
  readonly spec: ConditionSpec;
  /** Names what the part remembers: by what it asks and not by where it stands, so that edits elsewhere lose nothing. */
  readonly name: string;
  readonly parts: readonly ConditionPart[];
  /** Keys of the dependencies that it looks at; `null` for all. */
  readonly chosen: ReadonlySet<string> | null;
  /** Whether it counts partitions one by one, so that those are left out for which the count decides nothing. */
  readonly isCounting: boolean;
  /**
   * Whether it asks nothing but what is known of one asset, and remembers nothing: then what it holds for does not depend
   * on who asks.
   */
  readonly isLocal: boolean;
}

/** An asset or a check with a condition. */
export interface AutomationTarget {
  readonly id: string;
  readonly asset: AssetSnapshot;
  readonly check: CheckSnapshot | null;
  readonly condition: ConditionPart;
  /** Keys of the assets whose facts it depends on, its own among them. */
  readonly reach: ReadonlySet<string>;
}

/** All conditions of a deployment made ready for evaluation. */
export interface CompiledAutomation {
  /** Of the definitions that it was compiled from. */
  readonly version: string;
  readonly assets: ReadonlyMap<string, AssetSnapshot>;
  /** Upstream assets first, the checks of an asset after it. */
  readonly targets: readonly AutomationTarget[];
  /** Positions of the targets that depend on facts of an asset, by its key. */
  readonly readers: ReadonlyMap<string, readonly number[]>;
  /** The clocks that conditions ask, with the targets that ask them. */
  readonly clocks: readonly { readonly clock: CronClock; readonly targets: readonly number[] }[];
  /** The definitions by time that targets depend on. */
  readonly timelines: readonly { readonly spec: TimeWindowPartitionsSpec; readonly targets: readonly number[] }[];
  /** Keys of the assets of which a condition asks whether they are stale. */
  readonly asksForStale: ReadonlySet<string>;
  /** Whether a condition asks what the runs behind updates were to make. */
  readonly asksForRuns: boolean;
  /** Dependencies on the longest path through the graph. */
  readonly depth: number;
}

/** What {@link compileAutomation} takes. */
export interface CompileAutomationInput {
  /** Everything that is declared, upstream assets first, as in a `DefinitionsSnapshot`. */
  readonly assets: readonly AssetSnapshot[];
  /** Names these definitions, such as the hash of the bundle: other definitions have another one. */
  readonly version: string;
}

/**
 * Makes all conditions ready for evaluation: once for each version of the definitions.
 * @throws AUTOMATION_INVALID for conditions of another version of Heddle; SELECTION_SYNTAX for what validation refuses
 */
export function compileAutomation({ assets, version }: CompileAutomationInput): CompiledAutomation {
  const byKey = new Map(assets.map((asset) => [asset.key, asset]));
  const graph = AssetGraph.fromSnapshot(assets);
  const compile = conditionCompiler(assets, { graph, assets: byKey });
  const targets: AutomationTarget[] = [];
  const add = (asset: AssetSnapshot, check: CheckSnapshot | null): void => {
    const automation = check === null ? asset.automation : check.automation;
    if (automation === undefined) return;
    requireKnown(automation.version, asset.key);
    const condition = compile(automation.condition, asset.key);
    const reach = new Set<string>();
    collectReach({ asset, isCheck: check !== null }, condition, { byKey, reach });
    targets.push({ id: targetId(asset.key, check?.name ?? null), asset, check, condition, reach });
  };
  for (const index of graph.topologicalOrder) {
    const asset = byKey.get(graph.keyOf(index));
    if (asset === undefined) continue;
    add(asset, null);
    for (const check of asset.checks) add(asset, check);
  }
  return { version, assets: byKey, targets, ...indexTargets(targets, byKey), depth: depthOf(graph) };
}

function requireKnown(version: number, asset: string): void {
  if (version === AUTOMATION_VERSION) return;
  throw new HeddleError(
    "AUTOMATION_INVALID",
    `the condition of "${asset}" has format ${version}, and this version reads ${AUTOMATION_VERSION}`,
    { hint: "Use the same version of Heddle in the project and in the daemon.", details: { asset } },
  );
}

/** Compiles the conditions of assets, each distinct one once. */
function conditionCompiler(
  assets: readonly AssetSnapshot[],
  scope: DownstreamScope,
): (spec: ConditionSpec, key: string) => ConditionPart {
  const { graph } = scope;
  const compiled = new Map<string, ConditionPart>();
  const selections = new Map<string, ReadonlySet<string>>();
  const select = (text: string): ReadonlySet<string> =>
    getOrAdd(selections, text, () => new Set(selectKeys(parseSelection(text), { graph, assets })));
  const everything = new Set(graph.keys);
  const known = assets.filter(({ kind, observed }) => kind === "asset" || observed === true);
  const observed = known.length === assets.length ? null : new Set(known.map(({ key }) => key));
  return (declared, key) => {
    const text = JSON.stringify(declared);
    const isOwn = text.includes(ANY_DOWNSTREAM);
    const spec = isOwn ? resolveDownstream(declared, key, scope) : declared;
    return getOrAdd(compiled, isOwn ? JSON.stringify(spec) : text, () =>
      compilePart(spec, { select, seen: new Map(), everything, observed }),
    );
  };
}

/** As it stands in the text of a condition that depends on where it is. */
const ANY_DOWNSTREAM = JSON.stringify({ kind: "any-downstream" }).slice(1, -1);

interface PartCompiler {
  readonly select: (text: string) => ReadonlySet<string>;
  /** How often a part that asks the same has been met. */
  readonly seen: Map<string, number>;
  readonly everything: ReadonlySet<string>;
  /** Without external assets that nobody observes; `null` when there are none. */
  readonly observed: ReadonlySet<string> | null;
}

function compilePart(spec: ConditionSpec, compiler: PartCompiler): ConditionPart {
  const name = nameOf(spec, compiler.seen);
  const parts = partsOf(spec).map((part) => compilePart(part, compiler));
  // What remembers must know of every partition.
  const isPassing = spec.kind === "and" || spec.kind === "or" || spec.kind === "not";
  const isCounting =
    spec.kind === "any-deps" ? spec.tolerant === true : isPassing && parts.some((part) => part.isCounting);
  const isLocal = !REMEMBERING.has(spec.kind) && !LOOKING_AWAY.has(spec.kind) && parts.every((part) => part.isLocal);
  return { spec, name, parts, chosen: chosenBy(spec, compiler), isCounting, isLocal };
}

const LOOKING_AWAY = new Set<ConditionSpec["kind"]>(["any-deps", "all-deps", "asset-matches", "any-downstream"]);
const REMEMBERING = new Set<ConditionSpec["kind"]>(["since", "newly-true", "code-version-changed"]);

function nameOf(spec: ConditionSpec, seen: Map<string, number>): string {
  if (!REMEMBERING.has(spec.kind)) return "";
  const asked = shortHash(canonicalJson(stripLabels(spec)));
  const count = (seen.get(asked) ?? 0) + 1;
  seen.set(asked, count);
  return count === 1 ? asked : `${asked}~${count}`;
}

/** FNV-1a over two halves: what one condition remembers is told apart, a dozen parts at most. */
function shortHash(text: string): string {
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 0x01000193) >>> 0;
    b = Math.imul(b ^ (code + index), 0x85ebca6b) >>> 0;
  }
  return a.toString(16).padStart(8, "0") + b.toString(16).padStart(8, "0");
}

function chosenBy(spec: ConditionSpec, compiler: PartCompiler): ReadonlySet<string> | null {
  if (spec.kind !== "any-deps" && spec.kind !== "all-deps") return null;
  const observed = spec.kind === "all-deps" && spec.observed === true ? compiler.observed : null;
  const chosen = selectedBy(spec, compiler);
  if (chosen === null || observed === null) return chosen ?? observed;
  return new Set([...chosen].filter((key) => observed.has(key)));
}

function selectedBy(
  { allow, ignore }: AnyDepsSpec | AllDepsSpec,
  { select, everything }: PartCompiler,
): ReadonlySet<string> | null {
  if (allow === undefined && ignore === undefined) return null;
  const allowed = allow === undefined ? everything : select(allow);
  if (ignore === undefined) return allowed;
  const ignored = select(ignore);
  return new Set([...allowed].filter((key) => !ignored.has(key)));
}

interface Reaching {
  readonly byKey: ReadonlyMap<string, AssetSnapshot>;
  readonly reach: Set<string>;
}

function collectReach(
  { asset, isCheck }: { readonly asset: AssetSnapshot; readonly isCheck: boolean },
  part: ConditionPart,
  reaching: Reaching,
): void {
  const { byKey, reach } = reaching;
  reach.add(asset.key);
  const { spec, chosen } = part;
  const into = (key: string): void => {
    const other = byKey.get(key);
    const [inner] = part.parts;
    if (other !== undefined && inner !== undefined) collectReach({ asset: other, isCheck: false }, inner, reaching);
  };
  if (spec.kind === "asset-matches") into(spec.asset);
  else if (spec.kind === "any-deps" || spec.kind === "all-deps") {
    if (isCheck) into(asset.key);
    else for (const { upstream } of asset.deps) if (chosen === null || chosen.has(upstream)) into(upstream);
  } else {
    for (const inner of part.parts) collectReach({ asset, isCheck }, inner, reaching);
  }
}

type Indexes = Pick<CompiledAutomation, "readers" | "clocks" | "timelines" | "asksForStale" | "asksForRuns">;

function indexTargets(targets: readonly AutomationTarget[], byKey: ReadonlyMap<string, AssetSnapshot>): Indexes {
  const readers = new Map<string, number[]>();
  const clocks = new Map<string, { clock: CronClock; targets: number[] }>();
  const timelines = new Map<string, { spec: TimeWindowPartitionsSpec; targets: number[] }>();
  const asksForStale = new Set<string>();
  const traits = new Map<ConditionPart, ConditionTraits>();
  let asksForRuns = false;
  for (const [position, { condition, reach }] of targets.entries()) {
    const { clocks: asked, asksStale, asksRuns } = getOrAdd(traits, condition, () => traitsOf(condition.spec));
    asksForRuns ||= asksRuns;
    for (const key of reach) {
      getOrAdd(readers, key, () => []).push(position);
      if (asksStale) asksForStale.add(key);
    }
    for (const clock of asked) {
      getOrAdd(clocks, `${clock.timeZone} ${clock.cron}`, () => ({ clock, targets: [] })).targets.push(position);
    }
    const specs = new Map([...reach].flatMap((key) => timesOf(byKey.get(key)?.partitions ?? null)));
    for (const [text, spec] of specs) getOrAdd(timelines, text, () => ({ spec, targets: [] })).targets.push(position);
  }
  return { readers, clocks: [...clocks.values()], timelines: [...timelines.values()], asksForStale, asksForRuns };
}

interface ConditionTraits {
  readonly clocks: readonly CronClock[];
  readonly asksStale: boolean;
  readonly asksRuns: boolean;
}

function traitsOf(condition: ConditionSpec): ConditionTraits {
  const clocks = new Map<string, CronClock>();
  let [asksStale, asksRuns] = [false, false];
  for (const spec of walkCondition(condition)) {
    if (spec.kind === "cron-tick-passed") clocks.set(`${spec.timeZone} ${spec.cron}`, spec);
    if (spec.kind === "stale") asksStale = true;
    if ("outsideOwnRuns" in spec) asksRuns = true;
  }
  return { clocks: [...clocks.values()], asksStale, asksRuns };
}

const timesBySpec = new WeakMap<PartitionsSpec, readonly (readonly [string, TimeWindowPartitionsSpec])[]>();

/** The dimensions by time of a definition, by their text. */
function timesOf(spec: PartitionsSpec | null): readonly (readonly [string, TimeWindowPartitionsSpec])[] {
  if (spec === null) return [];
  const known = timesBySpec.get(spec);
  if (known !== undefined) return known;
  const found =
    spec.kind === "multi"
      ? spec.dimensions.flatMap(({ partitions }) => timesOf(partitions))
      : spec.kind === "time-window"
        ? [[JSON.stringify(spec), spec] as const]
        : [];
  timesBySpec.set(spec, found);
  return found;
}

function depthOf(graph: AssetGraph): number {
  const depths = new Int32Array(graph.size);
  let deepest = 0;
  for (const index of graph.topologicalOrder) {
    for (const next of graph.downstreamOf(index)) {
      depths[next] = Math.max(depths[next] ?? 0, (depths[index] ?? 0) + 1);
      deepest = Math.max(deepest, depths[next] ?? 0);
    }
  }
  return deepest;
}

const schemes = new WeakMap<PartitionsSpec, string>();

/** {@link partitionScheme}, found once for each definition. */
export function schemeOf({ partitions }: Pick<AssetSnapshot, "partitions">): string {
  if (partitions === null) return partitionScheme(null);
  const known = schemes.get(partitions);
  if (known !== undefined) return known;
  const scheme = partitionScheme(partitions);
  schemes.set(partitions, scheme);
  return scheme;
}
