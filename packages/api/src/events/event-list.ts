import { type DefinitionsIndex, type PartitionSpaces, requireAsset } from "@heddle/engine/planning";
import { readEventList, type ListedEvent } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { ActivityEvent, Page } from "../contract.ts";
import type { EventListInput } from "../inputs/assets.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";

/** Ranges that are written out for people. */
const SHOWN_RANGES = 5;

/**
 * Answers `events.list`: what happened, newest first, as far back as events are kept. Follow what happens from now on
 * with `events.stream`. @throws ASSET_UNKNOWN, API_CURSOR_INVALID
 */
export async function readEvents(state: ApiState, input: EventListInput): Promise<Page<ActivityEvent>> {
  const { asset, runId, cursor, limit } = input;
  return state.db.read("events.list", async (tx) => {
    const index = await state.definitions.index(tx);
    const { events, nextBeforeId } = await readEventList(tx, {
      environmentId: await state.definitions.environmentId(tx),
      assetId: asset === undefined ? undefined : requireAsset(index, asset).id,
      runId,
      beforeId: typeof cursor === "string" ? parseCursor(cursor, 1)[0] : undefined,
      limit,
    });
    const spaces = await state.definitions.spaces(tx, Date.now());
    return {
      items: events.map((event) => describeEvent(event, index, spaces)),
      nextCursor: nextBeforeId === null ? null : writeCursor(nextBeforeId),
    };
  });
}

function describeEvent(event: ListedEvent, index: DefinitionsIndex, spaces: PartitionSpaces): ActivityEvent {
  const { id, at, kind, runId, assetId, partitions, payload } = event;
  const asset = assetId === null ? undefined : index.byId(assetId);
  const isCut = partitions !== null && asset !== undefined && asset.definition.partitions !== null;
  return {
    id,
    at: at.getTime(),
    kind,
    runId,
    asset: assetId === null ? null : index.refOf(assetId),
    partitionCount: partitions?.size ?? null,
    partitionText: isCut ? spaces.of(asset).format(partitions, SHOWN_RANGES) : "",
    payload,
  };
}
