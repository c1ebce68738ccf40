import { PARTITION_STATUSES, type PartitionStatus } from "@heddle/core";
import { useNavigate } from "@tanstack/react-router";
import { choiceParam, choicesParam, textParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";

/** What else a launch makes. */
export const CASCADES = ["none", "upstream_missing", "downstream"] as const;
export type Cascade = (typeof CASCADES)[number];

/** What the address of any page holds while the launch dialog is open: the address can be shared for review. */
export const launchSearch = searchSchema({
  /** Selection of the assets to materialize; the dialog is open while it is there. */
  launch: textParam(8_000),
  /** Partitions in words: `2026-01-01..2026-02-01`, `last 7`, `all`, keys. */
  parts: textParam(8_000),
  /** Of those, only the ones in these statuses. */
  only: choicesParam(PARTITION_STATUSES),
  cascade: choiceParam(CASCADES),
});

/** A launch as the address holds it. */
export interface LaunchRequest {
  readonly launch: string;
  readonly parts?: string | undefined;
  readonly only?: readonly PartitionStatus[] | undefined;
  readonly cascade?: Cascade | undefined;
}

/** Opens the launch dialog over the page that is shown, changes what it holds, or closes it (`null`). */
export function useLaunch(): (request: LaunchRequest | null, options?: { readonly replace?: boolean }) => void {
  const navigate = useNavigate();
  return (request, options) => {
    const { launch, parts, only, cascade } = request ?? {};
    void navigate({
      to: ".",
      search: (before: Record<string, unknown>) => ({ ...before, launch, parts, only, cascade }),
      replace: options?.replace ?? false,
      resetScroll: false,
    });
  };
}
