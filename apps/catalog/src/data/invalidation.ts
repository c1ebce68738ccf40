import type { EventChanges } from "@heddle/api";
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { CatalogIndex } from "./catalog-index.ts";
import { queryClient, trpc } from "./trpc.ts";

/** Shortest time between two reads of one query because of events. */
const READ_INTERVAL_MS = 1_000;

const pending = new Map<string, QueryKey>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Reads anew what a batch of events has changed, of what pages show. */
export function invalidateChanged(changes: EventChanges, index: CatalogIndex): void {
  for (const run of changes.runs) {
    later(trpc.runs.get.queryKey({ runId: run.id }));
    later([["runs", "steps"], { input: { runId: run.id } }]);
    later([["runs", "step"], { input: { runId: run.id } }]);
  }
  if (changes.runs.length > 0) later([["runs", "list"]]);
  const touched = new Set([...changes.assets.ids, ...changes.partitions.map(({ assetId }) => assetId)]);
  for (const id of touched) {
    const key = index.keys[index.rowOfId(id) ?? -1];
    if (key === undefined) continue;
    later(trpc.assets.get.queryKey({ key }));
    later(trpc.partitions.status.queryKey({ key }));
    later([["partitions", "detail"], { input: { key } }]);
  }
  if (changes.deployment || changes.definitionsVersion !== null) later([["deployment"]]);
}

/** Reads anew what depends on which partitions exist: after keys of a dynamic definition were added or removed. */
export function invalidatePartitions(queries: QueryClient): void {
  void queries.invalidateQueries({ queryKey: [["partitions"]] });
  void queries.invalidateQueries({ queryKey: [["assets", "get"]] });
  void queries.invalidateQueries({ queryKey: [["plan", "preview"]] });
}

/** Reads anew everything that pages show: after a gap in the events, or by hand. */
export function invalidateEverything(): void {
  void queryClient.invalidateQueries();
}

function later(key: QueryKey): void {
  pending.set(JSON.stringify(key), key);
  timer ??= setTimeout(() => {
    timer = undefined;
    const keys = [...pending.values()];
    pending.clear();
    for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey, refetchType: "active" });
  }, READ_INTERVAL_MS);
}
