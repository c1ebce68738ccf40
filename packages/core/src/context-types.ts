import type { AssetContext, ChunkContext } from "./asset-context.ts";
import type { ChunkSize } from "./chunk.ts";
import type { ChunkDependencyValues, DependencyValues, PartitionOf, ResourceValues } from "./dependency-types.ts";
import type { PartitionsDefinition } from "./partitions/partitions-definition.ts";
import type { ResourcesShape } from "./resource.ts";

/** What `materialize` takes, from the options of its asset. */
export type ContextOf<
  TPartitions extends PartitionsDefinition | undefined,
  TDeps,
  TResources extends ResourcesShape,
  TChunk extends ChunkSize | undefined,
  TConfig,
> = [TChunk] extends [undefined]
  ? AssetContext<PartitionOf<TPartitions>, DependencyValues<TDeps, TPartitions>, ResourceValues<TResources>, TConfig>
  : ChunkContext<PartitionOf<TPartitions>, ChunkDependencyValues<TDeps>, ResourceValues<TResources>, TConfig>;
