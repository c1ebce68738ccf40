import { type ReactNode, useId } from "react";

interface NumberFieldProps {
  readonly label: string;
  readonly value: number | undefined;
  readonly min: number;
  readonly max: number;
  /** What no number means. */
  readonly placeholder: string;
  /** `undefined` for an empty field; numbers out of bounds are not reported. */
  readonly onChange: (value: number | undefined) => void;
}

/** A whole number that may be left out, with its name before it. */
export function NumberField({ label, value, min, max, placeholder, onChange }: NumberFieldProps): ReactNode {
  const id = useId();
  return (
    <div className="flex items-center justify-between gap-3">
      <label htmlFor={id} className="text-muted">
        {label}
      </label>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={min}
        max={max}
        step={1}
        placeholder={placeholder}
        value={value ?? ""}
        onChange={(event) => {
          const next = event.target.valueAsNumber;
          if (Number.isNaN(next)) onChange(undefined);
          else if (Number.isInteger(next) && next >= min && next <= max) onChange(next);
        }}
        className="h-7 w-28 rounded-md border border-line-strong bg-canvas px-2 text-sm placeholder:text-faint focus-visible:border-accent focus-visible:outline focus-visible:outline-1 focus-visible:outline-accent"
      />
    </div>
  );
}
