import type { RunContext } from "./asset-context.ts";
import type { PartitionOf, ResourceValues } from "./dependency-types.ts";
import type { Logger } from "./logger.ts";
import type { MetadataValues } from "./metadata.ts";
import type { PartitionsDefinition } from "./partitions/partitions-definition.ts";
import type { ResourcesShape } from "./resource.ts";
import type { MaybePromise } from "./types.ts";

/** What `observe` of an external asset gets. */
export interface ObserveContext<TPartition = unknown, TResources = Readonly<Record<string, unknown>>> {
  /** The partition that is looked at; `undefined` for an asset without partitions. */
  readonly partition: TPartition;
  /**
   * The data version that the last observation found; `null` before the first one. What answers only to changes can be
   * asked with it: give the same version back when nothing has changed.
   */
  readonly previous: string | null;
  /** The resources by name, ready for use. */
  readonly resources: TResources;
  /** Aborted when the step is canceled or runs out of time: pass it on to everything that waits. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly run: RunContext;
}

/** What was seen of an external asset. */
export interface Observed {
  /** Names the data: another text means that the data are others, such as an ETag, a last change, a count or a hash. */
  readonly dataVersion: string;
  /** What else is worth keeping with it: rows, bytes, where it lies. */
  readonly metadata?: MetadataValues | undefined;
}

/** Looks at an external asset, or one partition of it: the data version, alone or with metadata. */
export type Observe<TPartitions extends PartitionsDefinition | undefined, TResources extends ResourcesShape> = (
  context: ObserveContext<PartitionOf<TPartitions>, ResourceValues<TResources>>,
) => MaybePromise<string | Observed>;
