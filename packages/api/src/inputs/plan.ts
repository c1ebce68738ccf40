import * as z from "zod";
import {
  MANY_KEYS,
  MAX_ATTEMPTS,
  MAX_CHUNK,
  MAX_INPUT_ITEMS,
  PLAN_PREDICATES,
  fewKeys,
  idempotencyKey,
  key,
  maxConcurrency,
  priority,
  runLimits,
  runTags,
  selectionText,
  storable,
} from "./fields.ts";
import { partitionsChoice } from "./ticks.ts";

/** What may be a run's config for one asset; its own schema says what has to be. */
export const config = z.json();

const planFields = {
  /** A selection, or `keys`: exactly one of them. */
  selection: selectionText.optional(),
  keys: z.array(key).min(1).max(MAX_INPUT_ITEMS).optional(),
  partitions: partitionsChoice.default({ kind: "all" }),
  /**
   * Of those partitions, only the ones in these states: never made; newest step failed; made, but out of date, or about
   * to be because the plan makes again what they read. All when left out.
   */
  only: z.array(z.enum(PLAN_PREDICATES)).min(1).max(PLAN_PREDICATES.length).optional(),
  /**
   * What else to make: `upstream_missing` adds upstream partitions that are needed and not there, `downstream` adds
   * everything that reads what is made.
   */
  cascade: z.enum(["self", "upstream_missing", "downstream"]).default("self"),
  /** Which partitions of an asset go first. */
  order: z.enum(["oldest", "newest"]).default("oldest"),
  /** Partitions in one step, for assets whose function makes several; left out: as they declare it. */
  chunk: z.union([z.int().min(1).max(MAX_CHUNK), z.literal("range")]).optional(),
  /**
   * Which assets skip what is up to date when its step would start: those that declare `cache`, all of them (`fresh`), or
   * none (`never`).
   */
  reuse: z.enum(["declared", "fresh", "never"]).default("declared"),
  /** Attempts that a step has at most, instead of what the assets declare. */
  attempts: z.int().min(1).max(MAX_ATTEMPTS).optional(),
  /** Config by asset key. */
  config: z.record(key, config).refine(fewKeys, MANY_KEYS).optional(),
  /** Leaves out partitions that read others which do not exist, instead of refusing the plan. */
  leaveOutUnreadable: z.boolean().default(false),
  /**
   * What becomes of partitions that runs which are not over hold. `leave_out`: they are left to those runs, and when the
   * new run reads them it begins after those runs. `wait`: they are made again, after those runs. `refuse`: there is no
   * launch.
   */
  overlap: z.enum(["leave_out", "wait", "refuse"]).default("leave_out"),
  /** Most steps of the run at once; left out: no limit of its own. The plan says how long it takes by it, and is the same. */
  maxConcurrency: maxConcurrency.nullish(),
};

const oneChoice = (input: { selection?: string | undefined; keys?: string[] | undefined }) =>
  (input.selection === undefined) !== (input.keys === undefined);

const ONE_CHOICE = { message: "give either `selection` or `keys`" };

export const planPreviewInput = z.strictObject(planFields).refine(oneChoice, ONE_CHOICE);

export const planLaunchInput = z
  .strictObject({
    ...planFields,
    /**
     * `hash` and `at` of the preview that was confirmed. Without the hash nothing was: what the plan comes to is launched,
     * whatever other runs have changed since.
     */
    planHash: storable(200).min(1).optional(),
    at: z.int().positive(),
    /** Made once for each confirmed dialog: sending the same launch twice makes one run. */
    idempotencyKey,
    priority: priority.default(0),
    /** Left out: no limit in time. */
    limits: runLimits.optional(),
    tags: runTags,
  })
  .refine(oneChoice, ONE_CHOICE);

export type PlanPreviewInput = z.output<typeof planPreviewInput>;
export type PlanLaunchInput = z.output<typeof planLaunchInput>;
