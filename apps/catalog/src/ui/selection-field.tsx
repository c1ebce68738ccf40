import { type KeyboardEvent, type ReactNode, type Ref, useId, useState } from "react";
import type { CatalogIndex } from "../data/catalog-index.ts";
import { type Completion, completeSelection, type Completions } from "../data/selection-completion.ts";
import type { FilterResult } from "../data/selection-filter.ts";
import { copyText } from "./copy.ts";
import { SelectionOptions } from "./selection-options.tsx";
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
  /** What ways to go on are offered from; none without it. */
  readonly index?: CatalogIndex;
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
  const completion = useCompletion({ text, setText, index: props.index });
  const invalid = result.kind === "invalid";
  return (
    <div className={`relative flex max-w-full items-center gap-1 ${props.className ?? "w-96"}`}>
      <TextField
        ref={fieldRef}
        label={label}
        placeholder="orders, group:finance, status:failed"
        icon="filter"
        value={text}
        invalid={invalid}
        aria-describedby={invalid ? helpId : undefined}
        {...completion.attributes}
        onChange={(event) => {
          setText(event.target.value);
          completion.offer(event.target);
        }}
        onClear={() => setText("")}
        onBlur={() => {
          completion.close();
          if (required && text.trim() === "") setText(value);
          else handOn();
        }}
        onKeyDown={(event) => {
          if (!completion.takes(event) && event.key === "Escape") event.currentTarget.blur();
        }}
        className="flex-1"
      />
      {result.kind === "matched" && (
        <IconButton
          icon="copy"
          label="Copy the selection for the command line"
          onClick={() => void copyText(result.canonical, "Selection")}
        />
      )}
      {completion.list}
      {invalid && completion.list === null && (
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

interface CompletionSetting {
  readonly text: string;
  readonly setText: (text: string) => void;
  readonly index: CatalogIndex | undefined;
}

interface CompletionState {
  /** What the field says of the list to assistive technology. */
  readonly attributes: Record<string, string | boolean | undefined>;
  /** Offers ways to go on where the cursor is. */
  readonly offer: (field: HTMLInputElement) => void;
  readonly close: () => void;
  /** Whether a key was for the list. */
  readonly takes: (event: KeyboardEvent<HTMLInputElement>) => boolean;
  readonly list: ReactNode;
}

/** Offers how a selection can go on: arrows choose, Enter and Tab take, Escape closes. */
function useCompletion({ text, setText, index }: CompletionSetting): CompletionState {
  const [offered, setOffered] = useState<Completions | null>(null);
  const [active, setActive] = useState(-1);
  const listId = useId();
  const options = offered?.options ?? [];
  const isOpen = options.length > 0;
  const close = (): void => setOffered(null);
  const offer = (field: HTMLInputElement): void => {
    setOffered(index === undefined ? null : completeSelection(field.value, field.selectionStart ?? 0, index));
    setActive(-1);
  };
  const take = (option: Completion): void => {
    if (offered === null || index === undefined) return;
    const next = text.slice(0, offered.from) + option.text + text.slice(offered.to);
    setText(next);
    // An attribute goes on with its values at once.
    setOffered(option.text.endsWith(":") ? completeSelection(next, offered.from + option.text.length, index) : null);
    setActive(-1);
  };
  const takes = (event: KeyboardEvent<HTMLInputElement>): boolean => {
    if (!isOpen) {
      if (event.key !== "ArrowDown" || index === undefined) return false;
      offer(event.currentTarget);
      event.preventDefault();
      return true;
    }
    const chosen = options[active];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((active + step + options.length + (active === -1 && step === -1 ? 1 : 0)) % options.length);
    } else if ((event.key === "Enter" || event.key === "Tab") && chosen !== undefined) {
      take(chosen);
    } else if (event.key === "Escape") {
      close();
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  };
  return {
    attributes:
      index === undefined
        ? {}
        : {
            role: "combobox",
            "aria-autocomplete": "list",
            "aria-expanded": isOpen,
            "aria-controls": isOpen ? listId : undefined,
            "aria-activedescendant": isOpen && active >= 0 ? `${listId}-${active}` : undefined,
          },
    offer,
    close,
    takes,
    list: isOpen ? <SelectionOptions id={listId} options={options} active={active} onChoose={take} /> : null,
  };
}
