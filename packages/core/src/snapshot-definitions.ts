import { isAsset } from "./asset.ts";
import { AssetGraph } from "./asset-graph.ts";
import { DEFAULT_TIMEOUT_MS } from "./asset-options.ts";
import type { AutomationCondition } from "./automation/automation-condition.ts";
import { automationRunsData, type AutomationRuns, type AutomationRunsData } from "./automation/automation-runs.ts";
import { AUTOMATION_VERSION, type AutomationSpec } from "./automation/condition-spec.ts";
import { jsonSchemaOf, requiresConfig, type ConfigSchema } from "./config-schema.ts";
import type {
  AnyAsset,
  AnyAssetCheck,
  AnyExternalAsset,
  AnyUpstream,
  AssetDescription,
  Dependency,
} from "./declarations.ts";
import type { Definitions } from "./definitions.ts";
import type { AnyIoManager } from "./io-manager.ts";
import { normalizeMetadata } from "./metadata.ts";
import { deriveMapping } from "./partitions/derive-mapping.ts";
import { describeMapping } from "./partitions/describe-mapping.ts";
import type { CompletingEnds, PartitionMapping } from "./partitions/partition-mapping.ts";
import { assetPool, type PoolSnapshot } from "./pool.ts";
import { DEFAULT_RETRY_POLICY } from "./retry-policy.ts";
import type {
  AssetSnapshot,
  CheckSnapshot,
  ConfigSnapshot,
  DefinitionsSnapshot,
  DependencySnapshot,
} from "./snapshot.ts";
import { snapshotResources } from "./snapshot-resources.ts";
import { snapshotNotification, snapshotSchedule, snapshotSensor } from "./snapshot-ticks.ts";
import { snapshotColumns } from "./columns/snapshot-columns.ts";
import { relativeToProject } from "./source-location.ts";

/** Name of the I/O manager of assets that declare none, when the definitions name none either. */
export const DEFAULT_IO_NAME = "json";

/** What {@link snapshotDefinitions} needs besides the definitions. */
export interface SnapshotOptions {
  /** The code version of an asset that states none itself, by its key. */
  readonly codeVersionOf: (key: string) => string;
  /** Absolute; files are named relative to it. */
  readonly projectDirectory: string;
  /** Epoch milliseconds up to which functions of mappings are asked for what exists. @default the present */
  readonly now?: number;
}

/**
 * Writes valid definitions as data: all that leaves the code location. Assets come in topological order. Call
 * `validateDefinitions` first; what it reports may make this function throw.
 */
export function snapshotDefinitions(definitions: Definitions, options: SnapshotOptions): DefinitionsSnapshot {
  const assets = [...definitions.assets.values()].map((declared) => snapshotAsset(declared, definitions, options));
  const { topologicalOrder } = AssetGraph.fromSnapshot(assets);
  const { projectDirectory } = options;
  const pools = snapshotPoolLimits(definitions);
  const resources = snapshotResources(definitions, projectDirectory);
  const notifications = [...definitions.notifications.values()].map((one) =>
    snapshotNotification(one, projectDirectory),
  );
  return {
    protocol: 1,
    assets: [...topologicalOrder].flatMap((index) => assets[index] ?? []),
    schedules: [...definitions.schedules.values()].map((one) => snapshotSchedule(one, definitions, projectDirectory)),
    sensors: [...definitions.sensors.values()].map((one) => snapshotSensor(one, projectDirectory)),
    ...(notifications.length > 0 && { notifications }),
    ...(pools.length > 0 && { pools }),
    ...(resources.length > 0 && { resources }),
  };
}

function snapshotAsset(declared: AnyUpstream, definitions: Definitions, options: SnapshotOptions): AssetSnapshot {
  const { key, partitions, source } = declared;
  const base = {
    key,
    ...snapshotDescription(declared),
    partitions: partitions?.spec ?? null,
    source: relativeToProject(source, options.projectDirectory),
  };
  if (!isAsset(declared)) return { ...base, ...NOT_MADE, ...snapshotObservation(declared) };
  return {
    ...base,
    kind: "asset",
    deps: Object.entries(declared.deps).map((dep) => snapshotDependency(dep, declared, options.now ?? Date.now())),
    resources: Object.values(declared.resources).map((resource) => resource.key),
    retry: declared.retry,
    timeoutMs: declared.timeoutMs,
    ...(declared.noProgressMs !== null && { noProgressMs: declared.noProgressMs }),
    ...(declared.cache && { cache: true }),
    isolation: declared.isolation,
    ...snapshotPools(declared),
    chunk: declared.chunk,
    config: declared.config === null ? null : snapshotConfig(declared.config),
    ...snapshotAutomation(declared),
    ...(declared.freshness !== null && { freshness: declared.freshness.spec }),
    ...snapshotIo(declared.io ?? definitions.io),
    ...snapshotColumns(declared, declared.io ?? definitions.io),
    codeVersion: declared.codeVersion ?? options.codeVersionOf(key),
    checks: (definitions.checks.get(key) ?? []).map((check) => snapshotCheck(check, options)),
  };
}

/** Its steps are steps like others; only what they make is not the asset. */
function snapshotObservation({ key, observation }: AnyExternalAsset): Partial<AssetSnapshot> {
  if (observation === null) return {};
  const { retry, timeoutMs, resources } = observation;
  return {
    observed: true,
    resources: Object.values(resources).map((resource) => resource.key),
    retry,
    timeoutMs,
    ...snapshotAutomation(observation),
    ...snapshotPools({ key, ...observation }),
  };
}

function snapshotPools({
  key,
  pools,
  maxConcurrency,
}: Pick<AnyAsset, "key" | "pools" | "maxConcurrency">): Pick<AssetSnapshot, "pools"> {
  const own = maxConcurrency === null ? [] : [{ name: assetPool(key), slots: 1 }];
  return pools.length + own.length === 0 ? {} : { pools: [...pools, ...own] };
}

/** The declared limits, and those of single assets. */
function snapshotPoolLimits({ pools, assets }: Definitions): PoolSnapshot[] {
  const limited = [...assets.values()].flatMap((asset) => {
    const most = (isAsset(asset) ? asset : asset.observation)?.maxConcurrency ?? null;
    return most === null ? [] : [{ name: assetPool(asset.key), slots: most }];
  });
  return [...[...pools].map(([name, slots]) => ({ name, slots })), ...limited];
}

/** What an external asset has in place of everything about how it is made; its observation may say otherwise. */
const NOT_MADE = {
  kind: "external",
  deps: [],
  resources: [],
  retry: DEFAULT_RETRY_POLICY,
  timeoutMs: DEFAULT_TIMEOUT_MS,
  isolation: "shared",
  chunk: null,
  config: null,
  io: "",
  codeVersion: "",
  checks: [],
} as const;

function snapshotDescription({
  description,
  group,
  owners,
  tags,
  kinds,
  metadata,
}: AssetDescription): Pick<AssetSnapshot, keyof AssetDescription> {
  return { description, group, owners, tags, kinds, metadata: normalizeMetadata(metadata) };
}

function snapshotDependency(
  [name, dependency]: readonly [string, Dependency],
  downstream: AnyUpstream,
  now: number,
): DependencySnapshot {
  const { asset, mapping, columns, wait } = dependency;
  const ends = { upstream: asset.partitions?.spec ?? null, downstream: downstream.partitions?.spec ?? null };
  const resolved = mapping === null ? deriveMapping(ends.upstream, ends.downstream) : completed(mapping, ends, now);
  return {
    name,
    upstream: asset.key,
    ...resolved,
    ...(wait !== null && wait.kind !== "all" && { wait }),
    ...(columns !== null && { columns }),
  };
}

/** A declared mapping: where it holds a function, what that function answers. */
function completed(
  { spec, multiplicity, complete }: PartitionMapping,
  ends: Omit<CompletingEnds, "now">,
  now: number,
): Pick<DependencySnapshot, "mapping" | "multiplicity" | "rule"> {
  const mapping = complete?.({ ...ends, now }) ?? spec;
  return { mapping, multiplicity, rule: describeMapping(mapping, ends) };
}

function snapshotIo(io: AnyIoManager | null): Pick<AssetSnapshot, "io" | "table" | "publishesOutside"> {
  if (io === null) return { io: DEFAULT_IO_NAME };
  return {
    io: io.name,
    ...(io.table !== undefined && { table: { drift: io.table.drift } }),
    ...(io.publish !== undefined && { publishesOutside: true }),
  };
}

function snapshotConfig(schema: ConfigSchema): ConfigSnapshot {
  return { jsonSchema: jsonSchemaOf(schema), required: requiresConfig(schema) };
}

function snapshotCheck(check: AnyAssetCheck, { projectDirectory }: SnapshotOptions): CheckSnapshot {
  const { name, description, severity, blocking, source } = check;
  return {
    name,
    description,
    severity,
    blocking,
    ...snapshotAutomation(check),
    source: relativeToProject(source, projectDirectory),
  };
}

function snapshotAutomation({
  automation,
  automationRuns,
}: {
  readonly automation: AutomationCondition | null;
  readonly automationRuns: AutomationRuns | null;
}): { readonly automation?: AutomationSpec; readonly automationRuns?: AutomationRunsData } {
  if (automation === null) return {};
  return {
    automation: { version: AUTOMATION_VERSION, condition: automation.spec },
    ...(automationRuns !== null && { automationRuns: automationRunsData(automationRuns) }),
  };
}
