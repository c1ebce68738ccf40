import { type FocusEvent, type RefObject, useEffect, useRef } from "react";

/** Where the focus goes when what had it is gone and nothing nearer is left: the page below the bars. */
const MAIN = "main";

/** Whether nothing has the focus, or only the page as a whole. */
function isFocusLost(): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || activeElement.id === MAIN;
}

/** Gives the focus to the page when it fell back to the document: the next tab goes into the page, not to the bars. */
export function keepFocus(): void {
  const { activeElement } = document;
  if (activeElement === null || activeElement === document.body) {
    document.getElementById(MAIN)?.focus({ preventScroll: true });
  }
}

interface KeptFocus {
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly tabIndex: -1;
  readonly onFocus: () => void;
  readonly onBlur: (event: FocusEvent) => void;
}

/**
 * For a group of controls of which each does away with itself, such as those that cancel or resume: when the one that
 * was pressed is gone, the group takes the focus, and the next tab goes to its first control. The group does nothing
 * when a key is pressed, so that nothing is set off by a key pressed twice.
 */
export function useKeptFocus(): KeptFocus {
  const ref = useRef<HTMLDivElement>(null);
  const had = useRef(false);
  useEffect(() => {
    if (had.current && isFocusLost()) ref.current?.focus({ preventScroll: true });
  });
  return {
    ref,
    tabIndex: -1,
    // Dialogs that the group opens count as parts of it.
    onFocus: () => {
      had.current = true;
    },
    onBlur: ({ target, relatedTarget }) => {
      // What was taken away, or can no longer be pressed, has not been left.
      if (relatedTarget !== null || (target.isConnected && !target.matches(":disabled"))) had.current = false;
    },
  };
}
