import type { ReactNode } from "react";

interface SegmentedProps<TValue extends string> {
  /** What is chosen here. */
  readonly label: string;
  readonly value: TValue;
  readonly options: readonly { readonly value: TValue; readonly label: ReactNode; readonly name?: string }[];
  readonly onChange: (value: TValue) => void;
}

/** One choice of a few, all in view. */
export function Segmented<TValue extends string>(props: SegmentedProps<TValue>): ReactNode {
  return (
    <div
      role="radiogroup"
      aria-label={props.label}
      className="inline-flex h-7 rounded-md border border-line-strong p-px"
    >
      {props.options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === props.value}
          {...(option.name === undefined ? {} : { "aria-label": option.name, title: option.name })}
          onClick={() => props.onChange(option.value)}
          className="inline-flex items-center gap-1.5 rounded-[5px] px-2 text-xs font-medium text-muted hover:text-ink aria-checked:bg-pressed aria-checked:text-ink"
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
