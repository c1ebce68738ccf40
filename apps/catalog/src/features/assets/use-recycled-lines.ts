import { type FocusEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Lines whose elements are kept for others when they are scrolled away. */
const SLOTS = 128;

/** After how many leaps in a row, each past everything that was in view, lines are drawn in brief. */
const LEAPS_UNTIL_BRIEF = 2;
/** How long after the last of them they are drawn in full. */
const SETTLE_AFTER_MS = 200;

/** How lines are drawn while the table is scrolled. */
export interface RecycledLines {
  /**
   * The slot of a line in view, to be used as its key: elements of lines that have left the view show those that have come
   * into it, which costs far less than to make new ones. When all of them are other lines, none moves to another place in
   * the document either.
   */
  readonly slotOf: (index: number) => number;
  /** Lines fly past faster than anybody reads: what they are called and how they are is enough. */
  readonly isBrief: boolean;
}

/** Follows which lines are in view. */
export function useRecycledLines(first: number, last: number): RecycledLines {
  const [shown, setShown] = useState({ base: first, first, last, leaps: 0 });
  let { base, leaps } = shown;
  if (first !== shown.first || last !== shown.last) {
    const isLeap = first > shown.last || last < shown.first;
    // Nothing of what was shown is left: begin with the first slot again.
    if (isLeap) base = first;
    leaps = isLeap ? leaps + 1 : 0;
    setShown({ base, first, last, leaps });
  }
  useEffect(() => {
    if (shown.leaps === 0) return;
    const timer = setTimeout(() => setShown((now) => ({ ...now, leaps: 0 })), SETTLE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return {
    slotOf: (index) => (((index - base) % SLOTS) + SLOTS) % SLOTS,
    isBrief: leaps >= LEAPS_UNTIL_BRIEF,
  };
}

/**
 * A line that is scrolled away takes the focus with it to another asset, where the next press would act: it goes to the
 * table instead. Returns what the table is to listen by.
 */
export function useFocusOfLines(table: RefObject<HTMLElement | null>): (event: FocusEvent) => void {
  const focused = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const active = document.activeElement;
    if (focused.current === undefined || active === null || !table.current?.contains(active)) return;
    if (lineOf(active) !== focused.current) table.current.focus({ preventScroll: true });
  });
  return ({ target }) => {
    focused.current = lineOf(target);
  };
}

function lineOf(element: Element): string | undefined {
  return element.closest<HTMLElement>("[data-line]")?.dataset["line"];
}
