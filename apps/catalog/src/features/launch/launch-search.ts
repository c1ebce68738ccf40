import { useNavigate } from "@tanstack/react-router";
import { choiceParam, choicesParam, integerParam, textParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";

/** What else a launch makes. */
export const CASCADES = ["none", "upstream_missing", "downstream"] as const;
export type Cascade = (typeof CASCADES)[number];

/** The states that partitions can be chosen by. */
const LAUNCH_STATES = ["missing", "failed"] as const;
export type LaunchState = (typeof LAUNCH_STATES)[number];

/** Most steps at once that a launch may ask for. */
export const MAX_AT_ONCE = 10_000;

/** What the address of any page holds while the launch dialog is open: the address can be shared for review. */
export const launchSearch = searchSchema({
  /** Selection of the assets to materialize; the dialog is open while it is there. */
  launch: textParam(8_000),
  /** Partitions in words: `2026-01-01..2026-02-01`, `last 7`, `all`, keys. */
  parts: textParam(8_000),
  /** Key of the asset whose partitions `parts` names; left out, the first chosen one that has partitions. */
  by: textParam(1_024),
  /** Of those, only the ones in these states. */
  only: choicesParam(LAUNCH_STATES),
  cascade: choiceParam(CASCADES),
  /** Most steps of the run at once. */
  most: integerParam(1, MAX_AT_ONCE),
});

/** A launch as the address holds it. */
export interface LaunchRequest {
  readonly launch: string;
  readonly parts?: string | undefined;
  readonly by?: string | undefined;
  readonly only?: readonly LaunchState[] | undefined;
  readonly cascade?: Cascade | undefined;
  readonly most?: number | undefined;
}

/** Opens the launch dialog over the page that is shown, changes what it holds, or closes it (`null`). */
export function useLaunch(): (request: LaunchRequest | null, options?: { readonly replace?: boolean }) => void {
  const navigate = useNavigate();
  return (request, options) => {
    const { launch, parts, by, only, cascade, most } = request ?? {};
    void navigate({
      to: ".",
      search: (before: Record<string, unknown>) => ({ ...before, launch, parts, by, only, cascade, most }),
      replace: options?.replace ?? false,
      resetScroll: false,
    });
  };
}
