import type { EventChanges } from "@heddle/api";
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { CatalogIndex } from "./catalog-index.ts";
import { queryClient, trpc } from "./trpc.ts";

/** Shortest time between two reads of one query because of events. */
const READ_INTERVAL_MS = 1_000;

/** The same for what is worked out from all assets. */
const SLOW_READ_INTERVAL_MS = 5_000;

const soon = gather(READ_INTERVAL_MS);
const slowly = gather(SLOW_READ_INTERVAL_MS);

/** Reads anew what a batch of events has changed, of what pages show. */
export function invalidateChanged(changes: EventChanges, index: CatalogIndex): void {
  for (const run of changes.runs) {
    soon(trpc.runs.get.queryKey({ runId: run.id }));
    soon([["runs", "steps"], { input: { runId: run.id } }]);
    soon([["runs", "step"], { input: { runId: run.id } }]);
    soon([["runs", "matrix"], { input: { runId: run.id } }]);
    // How a run that is over went is told once more; one that goes on is read at an interval.
    if (run.endedAt !== null) soon([["runs", "timeline"], { input: { runId: run.id } }]);
  }
  if (changes.runs.length > 0) {
    soon([["runs", "list"]]);
    soon([["home", "runs"]]);
  }
  const touched = new Set([...changes.assets.ids, ...changes.partitions.map(({ assetId }) => assetId)]);
  for (const id of touched) {
    const key = index.keys[index.rowOfId(id) ?? -1];
    if (key === undefined) continue;
    soon(trpc.assets.get.queryKey({ key }));
    soon(trpc.partitions.status.queryKey({ key }));
    soon([["partitions", "detail"], { input: { key } }]);
    soon([["partitions", "table"], { input: { key } }]);
    soon([["assets", "metadataSeries"], { input: { key } }]);
  }
  if (touched.size > 0) slowly([["home", "attention"]]);
  if (changes.deployment || changes.definitionsVersion !== null) soon([["deployment"]]);
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

/** Gathers queries that have to be read anew, and has all of them read when the time is over. */
function gather(intervalMs: number): (key: QueryKey) => void {
  const pending = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (key) => {
    pending.set(JSON.stringify(key), key);
    timer ??= setTimeout(() => {
      timer = undefined;
      const keys = [...pending.values()];
      pending.clear();
      for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey, refetchType: "active" });
    }, intervalMs);
  };
}
