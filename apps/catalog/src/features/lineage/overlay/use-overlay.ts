import type { LineageDiff, LineagePartitionView } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useStatusRevision } from "../../../data/catalog-state.ts";
import { trpc } from "../../../data/trpc.ts";
import { useNow } from "../../../ui/clock.ts";
import { PARTITION_OVERLAY } from "../lineage-search.ts";
import type { Scene } from "../scene.ts";
import {
  ageOverlay,
  changedOverlay,
  durationOverlay,
  groupOverlay,
  ownerOverlay,
  partitionOverlay,
} from "./make-overlays.ts";
import type { Overlay } from "./overlay.ts";

/** What colours the picture, and what it is made from. */
export interface ShownOverlay {
  /** `null`: the status. */
  readonly overlay: Overlay | null;
  readonly partition: LineagePartitionView | null;
  readonly pending: boolean;
  readonly error: unknown;
}

interface Wanted {
  /** As the address says it. */
  readonly name: string | undefined;
  readonly diff: LineageDiff | null;
  readonly focusKey: string | undefined;
  /** The moment that is shown; `null` for now. */
  readonly at: number | null;
}

const MINUTE_MS = 60_000;

/** Makes the overlay that the address asks for; a comparison of versions is shown by itself unless another is asked for. */
export function useOverlay(scene: Scene, { name, diff, focusKey, at }: Wanted): ShownOverlay {
  const partitionKey = name?.startsWith(PARTITION_OVERLAY) ? name.slice(PARTITION_OVERLAY.length) : null;
  const durations = useQuery({ ...trpc.lineage.durations.queryOptions(), enabled: name === "duration" });
  const partition = useQuery({
    ...trpc.lineage.partitionView.queryOptions({ key: focusKey ?? "-", partition: partitionKey ?? "" }),
    enabled: partitionKey !== null && focusKey !== undefined && at === null,
  });
  const revision = useStatusRevision(scene.statuses);
  const minute = Math.floor(useNow() / MINUTE_MS) * MINUTE_MS;
  const moment = at ?? minute;
  // Only ages depend on statuses and on the time.
  const age = useMemo(
    () => (name === "age" ? ageOverlay(scene, moment) : null),
    // oxlint-disable-next-line react/exhaustive-deps -- another revision of the statuses gives other ages
    [name, scene, moment, revision],
  );
  const view = partitionKey === null ? null : (partition.data ?? null);
  const made = useMemo(() => {
    if (name === "owner") return ownerOverlay(scene);
    if (name === "group") return groupOverlay(scene);
    if (name === "duration") return durations.data === undefined ? null : durationOverlay(scene, durations.data);
    if (view !== null) return partitionOverlay(scene, view);
    return diff !== null && (name === undefined || name === "changed") ? changedOverlay(scene, diff) : null;
  }, [name, scene, durations.data, view, diff]);
  return {
    overlay: age ?? made,
    partition: view,
    pending:
      (name === "duration" && durations.isPending) ||
      (partitionKey !== null && focusKey !== undefined && partition.isPending),
    error: (name === "duration" ? durations.error : null) ?? (partitionKey === null ? null : partition.error),
  };
}
