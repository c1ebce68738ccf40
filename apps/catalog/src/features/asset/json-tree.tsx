import type { JsonValue } from "@heddle/core";
import { type ReactNode, useState } from "react";
import { formatCount } from "../../format/amounts.ts";
import { Icon } from "../../ui/icons.tsx";

/** Entries of one level before somebody asks for the rest, and how many more each time. */
const SHOWN = 50;
const MORE = 200;
/** Levels that are open at first; a level with more entries than this stays shut. */
const OPEN_LEVELS = 1;
const OPEN_ENTRIES = 12;
/** Longest text that is shown in a line. */
const MAX_TEXT = 500;

interface JsonTreeProps {
  readonly label: string;
  readonly value: JsonValue;
}

/** JSON as a tree whose levels open and shut. */
export function JsonTree({ label, value }: JsonTreeProps): ReactNode {
  return (
    <div
      role="group"
      aria-label={label}
      className="max-h-80 overflow-auto rounded-md border border-line bg-surface px-2 py-1 font-mono text-xs leading-5"
    >
      <JsonNode name={null} value={value} level={0} />
    </div>
  );
}

interface JsonNodeProps {
  /** `null` at the top. */
  readonly name: string | null;
  readonly value: JsonValue;
  readonly level: number;
}

function JsonNode({ name, value, level }: JsonNodeProps): ReactNode {
  if (typeof value !== "object" || value === null) {
    return (
      <div className="pl-4 break-all">
        <Name name={name} />
        <Leaf value={value} />
      </div>
    );
  }
  return <JsonLevel name={name} value={value} level={level} />;
}

function JsonLevel({
  name,
  value,
  level,
}: {
  readonly name: string | null;
  readonly value: readonly JsonValue[] | { readonly [name: string]: JsonValue };
  readonly level: number;
}): ReactNode {
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const [isOpen, setOpen] = useState(level < OPEN_LEVELS || (level === OPEN_LEVELS && entries.length <= OPEN_ENTRIES));
  const [shown, setShown] = useState(SHOWN);
  const size = isList ? `[${formatCount(entries.length)}]` : `{${formatCount(entries.length)}}`;
  if (entries.length === 0) {
    return (
      <div className="pl-4">
        <Name name={name} />
        <span className="text-muted">{isList ? "[]" : "{}"}</span>
      </div>
    );
  }
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="flex max-w-full items-center gap-0.5 rounded-sm pr-1 text-left hover:bg-hover"
      >
        <span aria-hidden className="text-faint">
          <Icon name={isOpen ? "chevronDown" : "chevronRight"} size={14} />
        </span>
        <span className="min-w-0 truncate">
          <Name name={name} />
          <span className="text-muted">
            {size}
            {!isOpen && ` ${peek(entries, isList)}`}
          </span>
        </span>
      </button>
      {isOpen && (
        <div className="ml-[7px] border-l border-line pl-2">
          {entries.slice(0, shown).map(([own, entry]) => (
            <JsonNode key={own} name={own} value={entry} level={level + 1} />
          ))}
          {shown < entries.length && (
            <button
              type="button"
              onClick={() => setShown(shown + MORE)}
              className="rounded-sm px-1 text-muted hover:bg-hover hover:text-ink"
            >
              {formatCount(entries.length - shown)} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Name({ name }: { readonly name: string | null }): ReactNode {
  return name === null ? null : <span className="text-accent-ink">{name}: </span>;
}

function Leaf({ value }: { readonly value: string | number | boolean | null }): ReactNode {
  if (typeof value !== "string") return <span className="text-ink">{String(value)}</span>;
  const text =
    value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}… (${formatCount(value.length)} characters)` : value;
  return <span className="text-fresh-ink">“{text}”</span>;
}

/** A few names or values of a level that is shut. */
function peek(entries: readonly (readonly [string, JsonValue])[], isList: boolean): string {
  const few = entries.slice(0, 4).map(([name, value]) => (isList ? brief(value) : name));
  return `${few.join(", ")}${entries.length > few.length ? ", …" : ""}`;
}

function brief(value: JsonValue): string {
  if (typeof value !== "object" || value === null) return String(value).slice(0, 20);
  return Array.isArray(value) ? "[…]" : "{…}";
}
