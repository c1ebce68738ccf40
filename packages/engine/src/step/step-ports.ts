import type { AnyIoManager, Definitions, Logger, ObjectStore } from "@heddle/core";
import type { StepAssignment } from "../worker/protocol.ts";
import type { ResourceScope } from "./resource-scope.ts";

/** What a step runs with. */
export interface StepPorts {
  readonly definitions: Definitions;
  /** The store and the I/O manager of assets that name none. */
  readonly defaults: { readonly store: ObjectStore; readonly io: AnyIoManager };
  readonly resources: ResourceScope;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** The partition that a step makes, as its asset's function sees it. */
export function partitionOf(step: StepAssignment): {
  readonly partition: { key: string; ordinal: number; window: { start: Date; end: Date } | undefined } | undefined;
} {
  if (step.partitionKey === null) return { partition: undefined };
  const window =
    step.window === null ? undefined : { start: new Date(step.window.start), end: new Date(step.window.end) };
  return { partition: { key: step.partitionKey, ordinal: step.ordinal, window } };
}
