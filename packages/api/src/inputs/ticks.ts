import * as z from "zod";
import { MANY_KEYS, author, cursor, fewKeys, key, limit, partitionsText, ranges, storable } from "./fields.ts";

/** Name of a schedule or a sensor. */
const tickName = storable(200).min(1);

export const tickOwnerInput = z.strictObject({ name: tickName });

export const tickSwitchInput = z.strictObject({ name: tickName, ...author });

export const tickListInput = z.strictObject({ name: tickName, cursor: cursor.nullish(), limit: limit(50) });

export const tickEvaluateInput = z.strictObject({
  name: tickName,
  /** Shows what would be requested, and requests nothing. */
  dryRun: z.boolean().default(true),
  /** Made once for each click: asking again under it waits for the same answer. */
  requestId: z.uuid(),
});

export const sensorCursorInput = z.strictObject({
  name: tickName,
  /** At most 64 KB; `null` for none: the sensor begins anew. */
  cursor: z.string().max(65_536).nullable(),
  ...author,
});

/** Which partitions of the chosen assets. Assets without partitions always take part whole. */
export const partitionsChoice = z.discriminatedUnion("kind", [
  /** Every partition that exists. */
  z.strictObject({ kind: z.literal("all") }),
  /**
   * In words: "2026-01-01..2026-02-01", "a,b", "last 7", "all", one key. They are read by the definition of `asset`, or
   * of the first chosen asset that has partitions; the others take the partitions that these map to.
   */
  z.strictObject({ kind: z.literal("text"), text: partitionsText, asset: key.optional() }),
  /** Ordinals of the definition of one chosen asset; the others take the partitions that these map to. */
  z.strictObject({ kind: z.literal("ranges"), asset: key, ranges }),
  /**
   * Asset by asset, in words or as ordinals of its own definition. Chosen assets that are not named take the partitions
   * that the named ones map to.
   */
  z.strictObject({
    kind: z.literal("each"),
    assets: z.record(key, z.union([partitionsText, ranges])).refine(fewKeys, MANY_KEYS),
  }),
]);

export type TickListInput = z.output<typeof tickListInput>;
export type TickEvaluateInput = z.output<typeof tickEvaluateInput>;
