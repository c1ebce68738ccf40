import type { JsonValue } from "@heddle/core";
import type { PartitionSet } from "@heddle/core/internal";
import type { ChangedDynamicPartitions } from "./dynamic-changes.ts";

/** Something that is told of a dynamic definition; which keys are meant follows from the ordinals. */
export interface DynamicEvent {
  readonly kind: "partitions_added" | "partitions_removed";
  readonly partitions: PartitionSet;
  readonly payload: { readonly definition: string; readonly origin: JsonValue };
}

/** Tells of changed definitions: one event for each and each way in which it changed. */
export function describeDynamicEvents(changed: readonly ChangedDynamicPartitions[], origin: JsonValue): DynamicEvent[] {
  return changed.flatMap(({ definition, added, removed }) => {
    const payload = { definition, origin };
    return [
      ...(added.isEmpty ? [] : [{ kind: "partitions_added" as const, partitions: added, payload }]),
      ...(removed.isEmpty ? [] : [{ kind: "partitions_removed" as const, partitions: removed, payload }]),
    ];
  });
}
