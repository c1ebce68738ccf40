import type { ReactNode } from "react";

interface TogglesProps<TValue extends string> {
  /** What is chosen here. */
  readonly label: string;
  /** What choosing nothing means, as a button of its own. */
  readonly none: string;
  readonly chosen: readonly TValue[];
  readonly options: readonly { readonly value: TValue; readonly label: ReactNode }[];
  readonly onChange: (chosen: readonly TValue[]) => void;
}

const BUTTON =
  "inline-flex items-center gap-1.5 rounded-[5px] px-2 text-xs font-medium whitespace-nowrap text-muted hover:text-ink aria-pressed:bg-pressed aria-pressed:text-ink";

/** Any of a few, all in view; nothing chosen has a name too. */
export function Toggles<TValue extends string>(props: TogglesProps<TValue>): ReactNode {
  const { label, none, chosen, options, onChange } = props;
  return (
    <div
      role="group"
      aria-label={label}
      className="inline-flex h-7 max-w-full gap-px overflow-x-auto rounded-md border border-line-strong p-px"
    >
      <button type="button" aria-pressed={chosen.length === 0} onClick={() => onChange([])} className={BUTTON}>
        {none}
      </button>
      {options.map(({ value, label: name }) => {
        const on = chosen.includes(value);
        return (
          <button
            key={value}
            type="button"
            aria-pressed={on}
            onClick={() => onChange(on ? chosen.filter((own) => own !== value) : [...chosen, value])}
            className={BUTTON}
          >
            {name}
          </button>
        );
      })}
    </div>
  );
}
