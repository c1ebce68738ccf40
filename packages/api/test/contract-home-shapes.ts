import type * as contract from "@heddle/api";
import * as z from "zod";
import { assetRef, count, id, instant, lastInstant, runStatus, tags, text, type Shape } from "./contract-shapes.ts";

const attentionItem: Shape<contract.AttentionItem> = z.strictObject({
  asset: assetRef,
  severity: z.enum(["error", "warn"]),
  downstream: count,
  failedPartitions: count,
  failedText: text,
  failure: z
    .strictObject({ runId: id, at: instant, message: z.string().min(1), ordinal: z.int(), partitionKey: text })
    .nullable(),
  overdue: z.strictObject({ state: z.enum(["warn", "fail"]), since: instant }).nullable(),
  checks: z.array(z.strictObject({ name: z.string().min(1), failed: count, warned: count })),
  problem: z.string().min(1),
  note: z.strictObject({ text, at: instant, until: lastInstant }).nullable(),
});

export const attention: Shape<contract.Attention> = z.strictObject({
  now: instant,
  items: z.array(attentionItem).min(1),
  total: count,
  quiet: count,
  rules: z.array(
    z.strictObject({
      kind: z.enum(["schedule", "sensor"]),
      name: z.string().min(1),
      at: instant,
      failures: z.int().min(1),
      message: text,
    }),
  ),
});

export const noteChange: Shape<contract.AttentionNoteChange> = z.strictObject({ changed: z.boolean() });

export const upcoming: Shape<contract.UpcomingTicks> = z.strictObject({
  now: instant,
  until: instant,
  owners: z
    .array(
      z.strictObject({
        kind: z.enum(["schedule", "sensor"]),
        name: z.string().min(1),
        rhythm: z.string().min(1),
        at: z.array(instant).min(1),
        more: z.boolean(),
      }),
    )
    .min(1),
  total: count,
});

export const runsOfSpan: Shape<contract.RunsOfSpan> = z.strictObject({
  now: instant,
  runs: z
    .array(
      z.strictObject({
        id,
        status: runStatus,
        origin: z.object({ kind: z.string().min(1) }).catchall(z.json()),
        tags,
        createdAt: instant,
        startedAt: lastInstant,
        endedAt: lastInstant,
        total: count,
        failed: count,
        assetCount: count,
        assets: z.array(assetRef).max(5),
        groups: z.array(text),
        failedGroups: z.array(text),
      }),
    )
    .min(1),
  more: z.boolean(),
});

export const durations: Shape<contract.AssetDurations> = z.strictObject({
  ids: z.array(id),
  meansMs: z.array(z.array(count).min(1).max(12)),
});

export const activity: Shape<contract.AssetActivity> = z.strictObject({
  ids: z.array(id),
  cells: z.array(
    z
      .array(count)
      .min(5)
      .refine((cells) => cells.length % 5 === 0),
  ),
});

export const expected: Shape<contract.ExpectedAssets> = z.strictObject({
  now: instant,
  ids: z.array(id),
  at: z.array(instant),
  schedules: z.array(z.string().min(1)),
});

const savedView = z.strictObject({ id, name: z.string().min(1), search: text, savedAt: instant });
export const view: Shape<contract.SavedView> = savedView;
export const views: Shape<contract.SavedViews> = z.strictObject({ views: z.array(savedView) });
export const viewDeletion: Shape<contract.SavedViewDeletion> = z.strictObject({ changed: z.boolean() });

export const favourites: Shape<contract.Favourites> = z.strictObject({ keys: z.array(text) });
export const favouriteChange: Shape<contract.FavouriteChange> = z.strictObject({ changed: z.boolean() });
