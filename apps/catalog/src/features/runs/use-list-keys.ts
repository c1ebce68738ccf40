import { useState } from "react";
import { useHotkeys } from "../../keyboard/hotkeys.ts";

interface ListKeys {
  readonly title: string;
  /** What the list is of, for the help: "run". */
  readonly noun: string;
  readonly ids: readonly number[];
  readonly focusField: () => void;
  readonly open: (id: number) => void;
}

/** Moves through a list of runs by keyboard; answers the line that it is on. */
export function useListKeys({ title, noun, ids, focusField, open }: ListKeys): number {
  const [line, setLine] = useState(-1);
  const active = Math.min(line, ids.length - 1);
  useHotkeys(title, [
    { keys: "j", does: `Next ${noun}`, run: () => setLine(Math.min(active + 1, ids.length - 1)) },
    { keys: "k", does: `Previous ${noun}`, run: () => setLine(Math.max(active - 1, 0)) },
    {
      keys: "Enter",
      does: `Open the ${noun}`,
      run: () => {
        const id = ids[active];
        if (id !== undefined) open(id);
      },
    },
    { keys: "/", does: "Filter", run: focusField },
  ]);
  return active;
}
