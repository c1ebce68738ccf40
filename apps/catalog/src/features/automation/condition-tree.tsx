import type { ConditionNode } from "@heddle/api";
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { formatCount } from "../../format/amounts.ts";
import type { StatusLook } from "../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Ago } from "../../ui/instant.tsx";
import {
  type AskedPartition,
  becameTrueAt,
  firstFalse,
  holds,
  parentPath,
  treeRows,
  type TreeRow,
} from "./condition-nodes.ts";

interface ConditionTreeProps {
  readonly label: string;
  readonly root: ConditionNode;
  /** The partition that is asked about; `null`: all of them. */
  readonly asked?: AskedPartition | null;
}

const HOLDS: StatusLook = { glyph: "check", word: "holds", tone: "fresh" };
const HOLDS_FOR_SOME: StatusLook = { glyph: "half", word: "holds for some", tone: "stale" };
const FAILS: StatusLook = { glyph: "ring", word: "does not hold", tone: "missing" };

/** A condition part by part, and for which partitions each held. Arrows walk it and fold it, as in any tree. */
export function ConditionTree({ label, root, asked = null }: ConditionTreeProps): ReactNode {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState("0");
  const list = useRef<HTMLDivElement>(null);
  const rows = treeRows(root, collapsed);
  const blocking = firstFalse(root, asked);
  const at = Math.max(
    0,
    rows.findIndex(({ path }) => path === focused),
  );
  const focus = (path: string | undefined): void => {
    if (path === undefined) return;
    setFocused(path);
    list.current?.querySelector<HTMLElement>(`[data-path="${path}"]`)?.focus();
  };
  const fold = (path: string, close: boolean): void => {
    const next = new Set(collapsed);
    if (close) next.add(path);
    else next.delete(path);
    setCollapsed(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[at];
    if (row === undefined) return;
    const isOpen = row.node.children.length > 0 && !collapsed.has(row.path);
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => focus(rows[at + 1]?.path),
      ArrowUp: () => focus(rows[at - 1]?.path),
      Home: () => focus(rows[0]?.path),
      End: () => focus(rows.at(-1)?.path),
      ArrowRight: () => (isOpen ? focus(rows[at + 1]?.path) : fold(row.path, false)),
      ArrowLeft: () => (isOpen ? fold(row.path, true) : focus(parentPath(row.path) ?? undefined)),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };
  return (
    <div ref={list} role="tree" aria-label={label} onKeyDown={onKeyDown} className="rounded-md border border-line py-1">
      {rows.map((row) => (
        <TreeItem
          key={row.path}
          row={row}
          asked={asked}
          isBlocking={row.path === blocking}
          isFocused={row === rows[at]}
          isOpen={!collapsed.has(row.path)}
          onFold={() => fold(row.path, !collapsed.has(row.path))}
          onFocus={() => setFocused(row.path)}
        />
      ))}
    </div>
  );
}

interface TreeItemProps {
  readonly row: TreeRow;
  readonly asked: AskedPartition | null;
  /** The first part that keeps the whole from holding. */
  readonly isBlocking: boolean;
  readonly isFocused: boolean;
  readonly isOpen: boolean;
  readonly onFold: () => void;
  readonly onFocus: () => void;
}

function TreeItem({ row, asked, isBlocking, isFocused, isOpen, onFold, onFocus }: TreeItemProps): ReactNode {
  const { node, path, depth, size, place } = row;
  const isParent = node.children.length > 0;
  const look = lookOf(node, asked);
  const since = becameTrueAt(node);
  return (
    <div
      role="treeitem"
      data-path={path}
      aria-level={depth}
      aria-setsize={size}
      aria-posinset={place}
      {...(isParent && { "aria-expanded": isOpen })}
      tabIndex={isFocused ? 0 : -1}
      onFocus={onFocus}
      className={`flex min-h-8 items-center gap-2 pr-3 hover:bg-hover ${isBlocking ? "bg-stale-soft" : ""}`}
      style={{ paddingLeft: 8 + (depth - 1) * 18 }}
    >
      <span
        aria-hidden
        onClick={isParent ? onFold : undefined}
        className={`flex size-5 shrink-0 items-center justify-center text-muted ${isParent ? "cursor-pointer" : ""}`}
      >
        {isParent && <Icon name={isOpen ? "chevronDown" : "chevronRight"} size={12} />}
      </span>
      <span className={TONE_TEXT[look.tone]} title={look.word}>
        <GlyphIcon glyph={look.glyph} />
      </span>
      <span className="min-w-0 flex-1 truncate" title={node.text}>
        {node.label !== null && <span className="font-medium">{node.label}</span>}
        {node.label !== null && node.label !== node.text && <span className="text-muted"> {node.text}</span>}
        {node.label === null && node.text}
        {asked !== null && node.assetKey !== asked.assetKey && <span className="text-muted"> of {node.assetKey}</span>}
      </span>
      {isBlocking ? (
        <span className="shrink-0 text-xs font-medium text-stale-ink">
          does not hold<span className="sr-only">, the first part that does not</span>
        </span>
      ) : (
        <span className="sr-only">{look.word}</span>
      )}
      {since !== null && (
        <span className="shrink-0 text-xs text-muted max-md:hidden">
          since <Ago at={since} />
        </span>
      )}
      <span className="max-w-64 shrink-0 truncate text-right text-xs text-muted max-md:hidden" title={node.held.text}>
        {describeHeld(node)}
      </span>
    </div>
  );
}

function lookOf(node: ConditionNode, asked: AskedPartition | null): StatusLook {
  if (!holds(node, asked)) return FAILS;
  return node.status === "some" && (asked === null || node.assetKey !== asked.assetKey) ? HOLDS_FOR_SOME : HOLDS;
}

/** For how many, and which. */
function describeHeld({ held, candidates, status }: ConditionNode): string {
  if (candidates <= 1) return status === "none" ? "no" : "yes";
  if (status === "none") return `0 of ${formatCount(candidates)}`;
  if (status === "all") return `all ${formatCount(candidates)}`;
  return `${formatCount(held.count)} of ${formatCount(candidates)}: ${held.text.replace(/ \(\d+\)$/u, "")}`;
}
