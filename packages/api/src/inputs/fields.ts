import { MAX_RUN_LIMIT_MS, type PlanPredicate } from "@heddle/core/internal";
import * as z from "zod";

/** Longest list that an answer holds. */
export const MAX_PAGE_SIZE = 500;

/** Most entries of a list in an input. */
export const MAX_INPUT_ITEMS = 10_000;

/** Most ranges of a set of partitions in an input (two numbers each). */
export const MAX_INPUT_RANGES = 50_000;

/** Most partitions in one step. */
export const MAX_CHUNK = 1_000_000;

/** Most attempts that a launch may ask for. */
export const MAX_ATTEMPTS = 20;

/** States by which partitions are chosen. */
export const PLAN_PREDICATES = ["missing", "failed", "stale"] as const satisfies readonly PlanPredicate[];

/** Text that PostgreSQL can hold: without NUL, and without halves of surrogate pairs. */
export const storable = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((value) => value.isWellFormed() && !value.includes("\0"), {
      message: "holds characters that no text can hold",
    });

/** Key of an asset. */
export const key = storable(1024).min(1);

/** Id of anything. */
export const id = z.int().positive();

export const ordinal = z.int();

/** Epoch milliseconds, of the years that a database can tell. */
export const instant = z.int().min(0).max(8_640_000_000_000);

export const cursor = storable(200);

export const limit = (preset: number) => z.int().min(1).max(MAX_PAGE_SIZE).default(preset);

export const selectionText = storable(10_000);

export const text = storable(1000);

const MAX_TAGS = 100;

export const runTags = z
  .record(storable(100).min(1), storable(500))
  .refine((tags) => Object.keys(tags).length <= MAX_TAGS, { message: `has more than ${MAX_TAGS} tags` })
  .default({});

export const partitionsText = storable(10_000).min(1);

export const priority = z.int().min(-1000).max(1000);

export const maxConcurrency = z.int().min(1).max(10_000);

const limitMs = z.int().min(1).max(MAX_RUN_LIMIT_MS);

const limitAction = z.enum(["cancel", "alert"]);

/** By when a run has to begin and to end; see `RunLimits`. */
export const runLimits = z.strictObject({
  startWithinMs: limitMs.optional(),
  onLateStart: limitAction.optional(),
  runTimeoutMs: limitMs.optional(),
  onRunTimeout: limitAction.optional(),
  /** Epoch milliseconds. */
  deadline: z.int().positive().optional(),
  withinMs: limitMs.optional(),
  onDeadline: limitAction.optional(),
});

export const fewKeys = (value: object) => Object.keys(value).length <= MAX_INPUT_ITEMS;

export const MANY_KEYS = { message: `has more than ${MAX_INPUT_ITEMS} entries` };

/** Flat half-open ranges: sorted, disjoint, none empty. */
export const ranges = z
  .array(ordinal)
  .max(MAX_INPUT_RANGES * 2)
  .refine((flat) => flat.length % 2 === 0 && flat.every((value, i) => i === 0 || value > (flat[i - 1] ?? value)), {
    message: "ranges must be pairs [start, end, …), sorted, disjoint and none of them empty",
  });

export const idempotencyKey = storable(200).min(8);

export const noInput = z.strictObject({}).optional();

/** Who changes something, and why: what that person says. */
export const author = { actor: storable(200).min(1).optional(), reason: storable(1_000).min(1).optional() };
