import {
  type AnyIoManager,
  type Definitions,
  type Logger,
  type ObjectStore,
  type PartitionContext,
} from "@heddle/core";
import { dimensionKeysOf } from "@heddle/core/internal";
import type { StepAssignment } from "../worker/protocol.ts";
import type { ResourceScope } from "./resource-scope.ts";
import type { SubStepRecord } from "./sub-steps.ts";

/** What a step runs with. */
export interface StepPorts {
  readonly definitions: Definitions;
  /** The store and the I/O manager of assets that name none. */
  readonly defaults: { readonly store: ObjectStore; readonly io: AnyIoManager };
  readonly resources: ResourceScope;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Notes a sign of progress; left out where nobody waits for one. */
  readonly progress?: () => void;
  /** Where the sub-steps of a step are recorded. */
  recordOf(step: StepAssignment): SubStepRecord;
}

/** The partition that a step makes, as its asset's function sees it. */
export function partitionOf(
  step: StepAssignment,
  { assets }: Definitions,
): { readonly partition: PartitionContext | undefined } {
  if (step.partitionKey === null) return { partition: undefined };
  const spec = assets.get(step.assetKey)?.partitions?.spec ?? null;
  const window =
    step.window === null ? undefined : { start: new Date(step.window.start), end: new Date(step.window.end) };
  const dimensions = dimensionKeysOf(spec, step.partitionKey);
  return { partition: { key: step.partitionKey, ordinal: step.ordinal, dimensions, window } };
}
