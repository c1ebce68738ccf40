import type { ColumnPathAnswer } from "@heddle/api";
import type { ColumnRef } from "@heddle/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { trpc } from "../../../data/trpc.ts";
import { reportSearchProblem } from "../../../search/search-problems.ts";
import type { Scene } from "../scene.ts";
import { readColumnText } from "./column-param.ts";
import { type ColumnView, columnView } from "./column-view.ts";

/** What the lineage shows of columns. */
export interface ShownColumns {
  /** Whether the columns of the asset in focus are listed. */
  readonly isOpen: boolean;
  /** The one whose path is shown. */
  readonly column: ColumnRef | null;
  /** Its path in the picture; `null` until it is read, and where none is chosen. */
  readonly path: (ColumnView & Pick<ColumnPathAnswer, "gaps" | "isCut">) | null;
  /** Which columns come from which is known of the code in force alone. */
  readonly isPast: boolean;
  readonly error: unknown;
}

interface Wanted {
  /** As the address says it. */
  readonly cols: string | undefined;
  /** Node in focus, or -1. */
  readonly node: number;
  readonly isPast: boolean;
}

const NO_COLUMN: ColumnRef = { asset: "-", column: "-" };

/** Reads the path of the column that the address names; one that is not there is reported as any other mistake in an address. */
export function useColumns(scene: Scene, { cols, node, isPast }: Wanted): ShownColumns {
  const named = useMemo(() => (cols === undefined ? null : readColumnText(cols)), [cols]);
  // Of an asset that was declared at another moment nothing can be said now.
  const isDeclared = named !== null && scene.index.rowOfKey(named.asset) !== undefined;
  const { asset, column } = named ?? NO_COLUMN;
  const wanted = isDeclared && !isPast;
  const path = useQuery({ ...trpc.columns.path.queryOptions({ key: asset, column }), enabled: wanted });
  const answer = wanted ? path.data : undefined;
  // Nothing comes from a column that nobody knows, nor it from anything.
  const isAlone = answer?.edges.length === 0;
  const known = useQuery({ ...trpc.columns.forAsset.queryOptions({ key: asset }), enabled: isAlone });
  const isUnknown =
    named !== null &&
    !isPast &&
    (!isDeclared || (isAlone && known.data?.columns.every(({ name }) => name !== column) === true));
  useEffect(() => {
    if (isUnknown && cols !== undefined)
      reportSearchProblem({ name: "cols", given: cols, expects: "a column of an asset that is declared" });
  }, [isUnknown, cols]);
  const shown = useMemo(
    () =>
      answer === undefined || isUnknown
        ? null
        : { ...columnView(scene, node, answer), gaps: answer.gaps, isCut: answer.isCut },
    [scene, node, answer, isUnknown],
  );
  return {
    isOpen: cols !== undefined,
    column: isUnknown ? null : named,
    path: shown,
    isPast,
    error: wanted ? path.error : null,
  };
}
