import type { JsonValue } from "@heddle/core";
import { useNavigate } from "@tanstack/react-router";
import {
  choiceOrIntegerParam,
  choiceParam,
  choicesParam,
  integerParam,
  recordParam,
  textParam,
} from "../../search/search-param.ts";
import { type SearchOf, searchSchema } from "../../search/search-schema.ts";

/** What else a launch makes. */
export const CASCADES = ["self", "upstream_missing", "downstream"] as const;
export type Cascade = (typeof CASCADES)[number];

/** The states that partitions can be chosen by. */
export const LAUNCH_STATES = ["missing", "failed", "stale"] as const;
export type LaunchState = (typeof LAUNCH_STATES)[number];

/** Which partitions go first. */
export const ORDERS = ["oldest", "newest"] as const;

/** What becomes of partitions that other runs hold. */
export const OVERLAPS = ["leave_out", "wait", "refuse"] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** Which assets skip what is up to date, where that is not left to them. */
export const REUSES = ["fresh", "never"] as const;

/** Longest limit in time that a launch may ask for, in minutes: a year. */
export const MAX_MINUTES = 525_600;

/** Most steps at once that a launch may ask for. */
export const MAX_AT_ONCE = 10_000;

/** Most partitions in one call of an asset's function that a launch may ask for. */
export const MAX_CHUNK = 1_000_000;

/** Most attempts at a step that a launch may ask for. */
export const MAX_TRIES = 20;

/** Bounds of a run's priority. */
export const MAX_PRIORITY = 1_000;

const PARAMS = {
  /** Selection of the assets to materialize; the dialog is open while it is there. */
  launch: textParam(8_000),
  /** Partitions in words: `2026-01-01..2026-02-01`, `last 7`, `all`, keys. */
  parts: textParam(8_000),
  /** Key of the asset whose partitions `parts` names; left out, the first chosen one that has partitions. */
  by: textParam(1_024),
  /** Partitions in words for each asset by itself; instead of `parts`. What is not named takes what these map to. */
  each: recordParam((value): value is string => typeof value === "string", {
    expects: "an object of partitions by asset key",
  }),
  /** Of those, only the ones in these states. */
  only: choicesParam(LAUNCH_STATES),
  cascade: choiceParam(CASCADES),
  order: choiceParam(ORDERS),
  /** Partitions in one call, for assets that can make several: a number, or all of them. */
  chunk: choiceOrIntegerParam(["range"], { min: 1, max: MAX_CHUNK }),
  /** Attempts that a step has at most. */
  tries: integerParam(1, MAX_TRIES),
  /** Most steps of the run at once. */
  most: integerParam(1, MAX_AT_ONCE),
  priority: integerParam(-MAX_PRIORITY, MAX_PRIORITY),
  /** `fresh`: what is up to date when its step would start is skipped; `never`: it is not, whatever assets declare. */
  reuse: choiceParam(REUSES),
  /** Minutes within which the run has to begin. */
  begin: integerParam(1, MAX_MINUTES),
  /** Minutes that it may take. */
  take: integerParam(1, MAX_MINUTES),
  /** Minutes within which it has to be over. */
  within: integerParam(1, MAX_MINUTES),
  tags: recordParam((value): value is string => typeof value === "string", { expects: "an object of texts by name" }),
  /** Config by asset key. */
  config: recordParam((value): value is JsonValue => value !== undefined, { expects: "an object by asset key" }),
  overlap: choiceParam(OVERLAPS),
  /** `1`: partitions that read something which can never exist are left out instead of refused. */
  leave: choiceParam(["1"]),
};

/** What the address of any page holds while the launch dialog is open: the address can be shared for review. */
export const launchSearch = searchSchema(PARAMS);

/** A launch as the address holds it. */
export type LaunchRequest = Omit<SearchOf<typeof PARAMS>, "launch"> & { readonly launch: string };

const NOTHING = Object.fromEntries(Object.keys(PARAMS).map((name) => [name, undefined]));

/** Opens the launch dialog over the page that is shown, changes what it holds, or closes it (`null`). */
export function useLaunch(): (request: LaunchRequest | null, options?: { readonly replace?: boolean }) => void {
  const navigate = useNavigate();
  return (request, options) => {
    void navigate({
      to: ".",
      search: (before: Record<string, unknown>) => ({ ...before, ...NOTHING, ...request }),
      replace: options?.replace ?? false,
      resetScroll: false,
    });
  };
}
