import type { PlanningState } from "./planning-state.ts";

/**
 * The same definitions, partitions and environment for many plans of one transaction, in which they do not change: each is
 * read once.
 */
export function freezeDefinitions({ definitions }: PlanningState): PlanningState {
  let index: ReturnType<typeof definitions.index> | undefined;
  let environmentId: ReturnType<typeof definitions.environmentId> | undefined;
  const spaces = new Map<number, ReturnType<typeof definitions.spaces>>();
  return {
    definitions: {
      index: (tx) => (index ??= definitions.index(tx)),
      environmentId: (tx) => (environmentId ??= definitions.environmentId(tx)),
      spaces(tx, now) {
        const known = spaces.get(now) ?? definitions.spaces(tx, now);
        spaces.set(now, known);
        return known;
      },
      assetCodeVersions: (tx, ids) => definitions.assetCodeVersions(tx, ids),
    },
  };
}
