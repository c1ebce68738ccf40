import type { AssetColumn } from "@heddle/api";
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useRef, useState } from "react";
import { formatCount } from "../../../format/amounts.ts";
import { Button } from "../../../ui/button.tsx";
import { TextField } from "../../../ui/text-field.tsx";
import { columnOrder, countNeighbours } from "./column-order.ts";

/** Columns before somebody asks for the rest. */
const SHOWN = 10;

interface ColumnListProps {
  readonly columns: readonly AssetColumn[];
  /** Those on the path that is shown. */
  readonly onPath: readonly string[];
  readonly chosen: string | undefined;
  /** Set when the list was asked for just now: it takes the keyboard. */
  readonly askedRef: RefObject<boolean>;
  /** One was chosen, or with `null` the chosen one once more. */
  readonly onChoose: (column: string | null) => void;
  /** Escape was pressed, with nothing left in the field. */
  readonly onLeave: () => void;
}

/** A field with the columns that it finds below; the field keeps the keyboard, arrows go through what it found. */
export function ColumnList({ columns, onPath, chosen, askedRef, onChoose, onLeave }: ColumnListProps): ReactNode {
  const [text, setText] = useState("");
  const [whole, setWhole] = useState(false);
  // By its name: what is chosen moves to the top.
  const [active, setActive] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    if (askedRef.current) field.current?.focus();
    askedRef.current = false;
  });
  const found = columnOrder(columns, { text, onPath });
  const shown = whole ? found : found.slice(0, SHOWN);
  const current = Math.max(
    shown.findIndex(({ name }) => name === active),
    shown.length > 0 ? 0 : -1,
  );
  const choose = (name: string): void => {
    setActive(name);
    onChoose(name === chosen ? null : name);
  };
  const write = (next: string): void => {
    setText(next);
    setActive(null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const name = shown[current]?.name;
    const actions: Readonly<Record<string, () => void>> = {
      ArrowDown: () => setActive(shown[current + 1]?.name ?? name ?? null),
      ArrowUp: () => setActive(shown[current - 1]?.name ?? name ?? null),
      Enter: () => name !== undefined && choose(name),
      Escape: () => (text === "" ? onLeave() : write("")),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  return (
    <>
      <TextField
        ref={field}
        label="Find a column"
        icon="search"
        role="combobox"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={current >= 0 ? `${id}-${current}` : undefined}
        value={text}
        onChange={(event) => write(event.target.value)}
        onClear={() => write("")}
        onKeyDown={onKeyDown}
        className="mx-4"
      />
      <div id={`${id}-list`} role="listbox" aria-label="Columns" className="group/columns px-2">
        {shown.map((column, i) => (
          <ColumnOption
            key={column.name}
            id={`${id}-${i}`}
            column={column}
            active={i === current}
            chosen={column.name === chosen}
            marked={onPath.includes(column.name)}
            onChoose={() => choose(column.name)}
          />
        ))}
      </div>
      <p role="status" className="flex items-center gap-1 px-4 text-2xs text-muted">
        {found.length === 0 && `No column is called “${text}”.`}
        {found.length > 0 && shown.length < columns.length && (
          <>
            {formatCount(shown.length)} of {formatCount(columns.length)} shown
          </>
        )}
        {shown.length < found.length && (
          <Button kind="ghost" className="h-6 text-2xs" onClick={() => setWhole(true)}>
            Show {formatCount(found.length - shown.length)} more
          </Button>
        )}
      </p>
    </>
  );
}

interface ColumnOptionProps {
  readonly id: string;
  readonly column: AssetColumn;
  /** Whether `Enter` would choose it. */
  readonly active: boolean;
  readonly chosen: boolean;
  readonly marked: boolean;
  readonly onChoose: () => void;
}

function ColumnOption({ id, column, active, chosen, marked, onChoose }: ColumnOptionProps): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) element.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const { name, type, description } = column;
  return (
    // Keys are handled by the field, which keeps the focus.
    <div
      ref={element}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      data-active={active}
      title={[name, type, description].filter((part) => part !== null).join("\n")}
      // The field keeps the keyboard.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
      className="flex h-6 cursor-default items-center gap-2 rounded-sm px-2 hover:bg-hover aria-selected:bg-accent-soft data-[active=true]:in-[section:has(input:focus)]:outline-2 data-[active=true]:in-[section:has(input:focus)]:-outline-offset-2 data-[active=true]:in-[section:has(input:focus)]:outline-accent"
    >
      <bdi className={`truncate font-mono text-xs ${marked || chosen ? "font-semibold text-accent-ink" : ""}`}>
        {name}
      </bdi>
      <span className="ml-auto shrink-0 text-2xs text-muted">{countNeighbours(column)}</span>
    </div>
  );
}
