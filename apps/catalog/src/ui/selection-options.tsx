import type { ReactNode } from "react";
import type { Completion } from "../data/selection-completion.ts";

interface SelectionOptionsProps {
  readonly id: string;
  readonly options: readonly Completion[];
  readonly active: number;
  readonly onChoose: (option: Completion) => void;
}

/** Ways to go on with a selection, below its field, which keeps the focus. */
export function SelectionOptions({ id, options, active, onChoose }: SelectionOptionsProps): ReactNode {
  return (
    <div
      id={id}
      role="listbox"
      aria-label="Ways to go on"
      className="popup absolute top-8 right-0 left-0 z-20 flex flex-col p-1"
    >
      {options.map((option, i) => (
        // Keys are handled by the field; the pointer must not take the focus from it.
        <div
          key={`${option.kind} ${option.text}`}
          id={`${id}-${i}`}
          role="option"
          tabIndex={-1}
          aria-selected={i === active}
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(option);
          }}
          className="flex h-7 cursor-default items-center gap-2 rounded-sm px-2 hover:bg-hover aria-selected:bg-pressed"
        >
          <bdi className="truncate">{option.label}</bdi>
          <span className="ml-auto shrink-0 text-2xs text-muted">{option.kind}</span>
        </div>
      ))}
    </div>
  );
}
