import { addDynamicPartitions, listDynamicPartitions, removeDynamicPartitions } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { DynamicPartitions, DynamicPartitionsChange } from "../contract.ts";
import type { DynamicChangeInput, DynamicListInput } from "../inputs/partitions.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";

/** Answers `partitions.list`. @throws DYNAMIC_PARTITIONS_UNKNOWN, API_CURSOR_INVALID */
export async function readDynamicPartitions(state: ApiState, input: DynamicListInput): Promise<DynamicPartitions> {
  const { definition, text, removed, cursor, limit } = input;
  const afterOrdinal = typeof cursor === "string" ? parseCursor(cursor, 1)[0] : undefined;
  const page = await state.db.read("partitions.list", (tx) =>
    listDynamicPartitions(tx, { definition, text, removed, afterOrdinal, limit }),
  );
  return {
    definition,
    total: page.total,
    items: page.rows.map(({ ordinal, key, addedAt, removedAt }) => ({
      ordinal,
      key,
      addedAt: addedAt.getTime(),
      removedAt: removedAt?.getTime() ?? null,
    })),
    nextCursor: page.nextAfter === null ? null : writeCursor(page.nextAfter),
  };
}

/** Answers `partitions.add`. @throws DYNAMIC_PARTITIONS_UNKNOWN, PARTITION_KEY_INVALID, PARTITIONS_LIMIT */
export async function addPartitions(state: ApiState, input: DynamicChangeInput): Promise<DynamicPartitionsChange> {
  const { partitions, ...rest } = await addDynamicPartitions(state.db, { ...input, origin: { kind: "manual" } });
  return { ...rest, partitions: partitions.ranges };
}

/** Answers `partitions.remove`. @throws DYNAMIC_PARTITIONS_UNKNOWN, PARTITION_UNKNOWN, PARTITIONS_LIMIT */
export async function removePartitions(state: ApiState, input: DynamicChangeInput): Promise<DynamicPartitionsChange> {
  const { partitions, ...rest } = await removeDynamicPartitions(state.db, { ...input, origin: { kind: "manual" } });
  return { ...rest, partitions: partitions.ranges };
}
