import type { LookingRuns } from "./automation/automation-runs.ts";
import {
  DEFAULT_TIMEOUT_MS,
  describeAsset,
  NO_RESOURCES,
  type AutomationOptions,
  type DescriptionOptions,
  type ExecutionOptions,
} from "./asset-options.ts";
import { brand, hasBrand } from "./brand.ts";
import type { AnyExternalAsset, AnyObserveContext, ExternalAsset, Observation } from "./declarations.ts";
import type { SlotsOf } from "./dependency-types.ts";
import type { Observe, Observed } from "./observation.ts";
import type { PartitionsDefinition } from "./partitions/partitions-definition.ts";
import { resolvePools } from "./pool.ts";
import type { ResourcesShape } from "./resource.ts";
import { resolveRetryPolicy } from "./retry-policy.ts";
import { captureSourceLocation } from "./source-location.ts";
import type { MaybePromise } from "./types.ts";

/** What {@link externalAsset} takes. */
export interface ExternalAssetOptions<
  TPartitions extends PartitionsDefinition | undefined,
  TResources extends ResourcesShape = Record<never, never>,
>
  extends
    DescriptionOptions,
    Pick<ExecutionOptions, "retry" | "timeoutMs" | "pool" | "maxConcurrency">,
    Pick<AutomationOptions, "automation"> {
  /** What the runs are like that its condition asks for: limits, priority, tags. @default as usual */
  readonly automationRuns?: LookingRuns | undefined;
  /** Asset key: segments joined by `/`, such as `crm/customers`. */
  readonly key: string;
  readonly partitions?: TPartitions | undefined;
  /** The clients that `observe` uses, by the name under which it sees them. */
  readonly resources?: TResources | undefined;
  /**
   * Looks at the asset, or at `context.partition` of it, and says which version its data has. Another one than the last
   * time makes what reads it stale, and is what conditions downstream react to. It is called when somebody asks
   * (`heddle observe`), when a schedule or a sensor selects the asset, and when `automation` holds, such as
   * `onCron("0 * * * *")`. @default nobody looks
   */
  readonly observe?: Observe<TPartitions, TResources> | undefined;
}

/**
 * Declares an asset that something else makes: it is part of the lineage, and Heddle never materializes it. A
 * dependency on it has no value in `context.deps`. With `observe` Heddle knows when its data change.
 *
 * @example
 * export const customers = externalAsset({
 *   key: "crm/customers",
 *   kinds: ["postgres"],
 *   automation: onCron("0 * * * *"),
 *   async observe({ signal }) {
 *     const answer = await fetch("https://crm.example/customers.csv", { method: "HEAD", signal });
 *     return answer.headers.get("etag") ?? "";
 *   },
 * });
 */
export function externalAsset<
  TPartitions extends PartitionsDefinition | undefined = undefined,
  TResources extends ResourcesShape = Record<never, never>,
>(options: ExternalAssetOptions<TPartitions, TResources>): ExternalAsset<TPartitions, SlotsOf<TResources>> {
  const declared: ExternalAsset<TPartitions, SlotsOf<TResources>> = {
    kind: "external-asset",
    key: options.key,
    // Absent exactly when TPartitions was not inferred, and is then its default, `undefined`.
    partitions: options.partitions as TPartitions,
    ...describeAsset(options),
    observation: describeObservation(options),
    source: captureSourceLocation(externalAsset),
  };
  return brand(declared, "external-asset");
}

/** Options that mean something only where somebody looks. */
const OF_OBSERVATION = [
  "automation",
  "automationRuns",
  "resources",
  "retry",
  "timeoutMs",
  "pool",
  "maxConcurrency",
] as const;

function describeObservation<TPartitions extends PartitionsDefinition | undefined, TResources extends ResourcesShape>(
  options: ExternalAssetOptions<TPartitions, TResources>,
): Observation | null {
  // Whoever goes around the compiler is told when the definitions are validated.
  if (options.observe === undefined && !OF_OBSERVATION.some((name) => options[name] !== undefined)) return null;
  return {
    // The context fits what was declared: the engine builds it from the very same declaration.
    observe: options.observe as (context: AnyObserveContext) => MaybePromise<string | Observed>,
    resources: options.resources ?? NO_RESOURCES,
    automation: options.automation ?? null,
    automationRuns: options.automationRuns ?? null,
    retry: resolveRetryPolicy(options.retry),
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    pools: resolvePools(options.pool),
    maxConcurrency: options.maxConcurrency ?? null,
  };
}

/** Says whether `value` was made by {@link externalAsset}. */
export function isExternalAsset(value: unknown): value is AnyExternalAsset {
  return hasBrand(value, "external-asset");
}
