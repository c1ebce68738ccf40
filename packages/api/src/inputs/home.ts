import * as z from "zod";
import { id, key, MAX_PAGE_SIZE, storable } from "./fields.ts";

/** Assets with problems that one answer tells. */
const MAX_ATTENTION = 200;
/** Longest time for which an asset can be snoozed: 90 days. */
const MAX_SNOOZE_MS = 90 * 86_400_000;
/** Longest span of which ticks to come are told: a week. */
const MAX_UPCOMING_HOURS = 168;
/** Spans of time by which activity is told: two months of days. */
const MAX_SPANS = 62;

const instant = z.int().positive();

export const attentionInput = z.strictObject({ limit: z.int().min(1).max(MAX_ATTENTION).default(MAX_ATTENTION) });

export const acknowledgeInput = z.strictObject({
  asset: key,
  /** `problem` of what was seen. */
  problem: storable(200),
  text: storable(1000).default(""),
  /** For how long the asset is left alone, in milliseconds; left out: until it has other problems. */
  snoozeMs: z.int().min(60_000).max(MAX_SNOOZE_MS).nullish(),
});

export const unacknowledgeInput = z.strictObject({ asset: key });

export const upcomingInput = z.strictObject({ hours: z.int().min(1).max(MAX_UPCOMING_HOURS).default(24) });

export const runsOfSpanInput = z
  .strictObject({ from: instant, to: instant, limit: z.int().min(1).max(MAX_PAGE_SIZE).default(MAX_PAGE_SIZE) })
  .refine(({ from, to }) => from < to, { message: "`from` must be before `to`" });

export const assetIdsInput = z.strictObject({ ids: z.array(id).max(MAX_PAGE_SIZE) });

export const assetActivityInput = z.strictObject({
  /** Epoch milliseconds, ascending: a span reaches from one up to the next. */
  bounds: z
    .array(instant)
    .min(2)
    .max(MAX_SPANS + 1)
    .refine((bounds) => bounds.every((bound, i) => i === 0 || bound > (bounds[i - 1] ?? bound)), {
      message: "bounds must ascend",
    }),
});

/** Pages that views can be saved of. */
const viewPage = z.enum(["assets", "lineage", "runs", "backfills", "automation", "checks"]);

export const viewListInput = z.strictObject({ page: viewPage });

export const viewSaveInput = z.strictObject({
  page: viewPage,
  name: storable(100).refine((name) => name.trim() !== "", { message: "must not be blank" }),
  /** Parameters of the address, as they stand after its `?`. */
  search: storable(8_000),
});

export const viewDeleteInput = z.strictObject({ id: z.int32().positive() });

export const favouriteSetInput = z.strictObject({ key, isFavourite: z.boolean() });

export type AttentionInput = z.output<typeof attentionInput>;
export type AcknowledgeInput = z.output<typeof acknowledgeInput>;
export type RunsOfSpanInput = z.output<typeof runsOfSpanInput>;
export type ViewSaveInput = z.output<typeof viewSaveInput>;
export type FavouriteSetInput = z.output<typeof favouriteSetInput>;
