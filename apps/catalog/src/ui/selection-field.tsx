import { type ReactNode, type Ref, useId } from "react";
import type { FilterResult } from "../data/selection-filter.ts";
import { copyText } from "./copy.ts";
import { TextField } from "./text-field.tsx";
import { IconButton } from "./button.tsx";
import { useSettledText } from "./use-settled-text.ts";

interface SelectionFieldProps {
  readonly value: string;
  readonly result: FilterResult;
  readonly onChange: (text: string) => void;
  readonly fieldRef?: Ref<HTMLInputElement>;
  /** Something must be selected: an empty field is not reported, and holds the last selection again when it is left. */
  readonly required?: boolean;
  readonly label?: string;
  readonly className?: string;
}

/** Typing waits this long before the address and the page follow. */
const SETTLE_MS = 40;

/** The field of the selection language, the same on every page; says what is wrong and where. */
export function SelectionField(props: SelectionFieldProps): ReactNode {
  const { value, result, onChange, fieldRef, required = false, label = "Filter by selection" } = props;
  const [text, setText, handOn] = useSettledText({
    text: value,
    onText: (next) => {
      if (next !== value && (!required || next.trim() !== "")) onChange(next);
    },
    settleMs: SETTLE_MS,
  });
  const helpId = useId();
  const invalid = result.kind === "invalid";
  return (
    <div className={`relative flex max-w-full items-center gap-1 ${props.className ?? "w-96"}`}>
      <TextField
        ref={fieldRef}
        label={label}
        placeholder="orders, group:finance, +fct_orders, status:failed"
        icon="filter"
        value={text}
        invalid={invalid}
        aria-describedby={invalid ? helpId : undefined}
        onChange={(event) => setText(event.target.value)}
        onClear={() => setText("")}
        onBlur={() => (required && text.trim() === "" ? setText(value) : handOn())}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        className="flex-1"
      />
      {result.kind === "matched" && (
        <IconButton
          icon="copy"
          label="Copy the selection for the command line"
          onClick={() => void copyText(result.canonical, "Selection")}
        />
      )}
      {invalid && (
        <p id={helpId} role="status" className="popup absolute top-8 right-0 left-0 z-20 px-3 py-2 text-xs">
          <span className="font-mono text-muted">
            {text.slice(0, result.position)}
            <mark className="bg-failed-soft text-failed-ink underline">{text.slice(result.position) || " "}</mark>
          </span>
          <span className="mt-1 block">
            {result.message} <span className="text-muted">{result.hint}</span>
          </span>
        </p>
      )}
    </div>
  );
}
