import { type KeyboardEvent, type ReactNode, useRef } from "react";

interface SegmentedProps<TValue extends string> {
  /** What is chosen here. */
  readonly label: string;
  readonly value: TValue;
  readonly options: readonly { readonly value: TValue; readonly label: ReactNode; readonly name?: string }[];
  readonly onChange: (value: TValue) => void;
}

const STEPS: Readonly<Record<string, 1 | -1>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** One choice of a few, all in view: one stop of the tab key, arrows choose. */
export function Segmented<TValue extends string>(props: SegmentedProps<TValue>): ReactNode {
  const group = useRef<HTMLDivElement>(null);
  const chosen = props.options.findIndex(({ value }) => value === props.value);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (chosen + step + props.options.length) % props.options.length;
    const option = props.options[next];
    if (option === undefined) return;
    props.onChange(option.value);
    group.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <div
      ref={group}
      onKeyDown={onKeyDown}
      role="radiogroup"
      aria-label={props.label}
      className="inline-flex h-7 max-w-full overflow-x-auto rounded-md border border-line-strong p-px"
    >
      {props.options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === props.value}
          tabIndex={option.value === props.value ? 0 : -1}
          {...(option.name === undefined ? {} : { "aria-label": option.name, title: option.name })}
          onClick={() => props.onChange(option.value)}
          className="inline-flex items-center gap-1.5 rounded-[5px] px-2 text-xs font-medium whitespace-nowrap text-muted hover:text-ink aria-checked:bg-pressed aria-checked:text-ink"
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
