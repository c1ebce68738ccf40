import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useMemo, useRef, useState } from "react";
import { useStatusRevision } from "../../data/catalog-state.ts";
import { formatCount } from "../../format/amounts.ts";
import { lookOfCode } from "../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { Icon } from "../../ui/icons.tsx";
import { TextField } from "../../ui/text-field.tsx";
import type { PathAsset } from "./columns/path-assets.ts";
import type { ColumnMarks } from "./focus-view.ts";
import { lineOfNode, type OutlineRow, outlineRows } from "./outline-rows.ts";
import type { Scene } from "./scene.ts";

const LINE_PX = 26;

/** With no more assets than this, all groups are open at first. */
const OPEN_ALL_UP_TO = 80;

interface OutlineProps {
  readonly scene: Scene;
  /** Node in focus, or -1. */
  readonly focus: number;
  /** The columns on the path that is shown; its groups are open. */
  readonly columns?: ColumnMarks | undefined;
  /** What stands above it. */
  readonly note?: ReactNode;
  readonly filterField: RefObject<HTMLInputElement | null>;
  readonly onFocus: (node: number) => void;
  readonly onGroup: (group: number) => void;
}

/** The lineage as a tree of groups and assets: the same as the canvas, for the keyboard and for screen readers. */
export function Outline({ scene, focus, columns, note, filterField, onFocus, onGroup }: OutlineProps): ReactNode {
  const [text, setText] = useState("");
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(
    () => new Set(scene.rows.length <= OPEN_ALL_UP_TO ? scene.layout.groupNames : []),
  );
  const open = useMemo(() => {
    const shown = [...(focus < 0 ? [] : [focus]), ...(columns?.texts.keys() ?? [])];
    if (shown.length === 0) return expanded;
    return new Set([
      ...expanded,
      ...shown.map((node) => scene.layout.groupNames[scene.layout.nodeGroup[node] ?? -1] ?? ""),
    ]);
  }, [expanded, focus, columns, scene]);
  const lines = useMemo(() => outlineRows(scene, { expanded: open, text }), [scene, open, text]);
  const toggle = (group: number): void => {
    const name = scene.layout.groupNames[group] ?? "";
    setExpanded((now) => (now.has(name) ? new Set([...now].filter((own) => own !== name)) : new Set([...now, name])));
  };
  return (
    <section
      aria-label="Outline"
      className="flex min-h-0 w-64 shrink-0 flex-col border-r border-line max-md:w-full max-md:border-r-0"
    >
      {note}
      <div className="p-2">
        <TextField
          ref={filterField}
          label="Find in the lineage"
          icon="search"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onClear={() => setText("")}
        />
      </div>
      <OutlineTree
        scene={scene}
        lines={lines}
        focus={focus}
        columns={columns}
        onFocus={onFocus}
        onGroup={onGroup}
        onToggle={toggle}
      />
    </section>
  );
}

interface OutlineTreeProps extends Pick<OutlineProps, "scene" | "focus" | "columns" | "onFocus" | "onGroup"> {
  readonly lines: readonly OutlineRow[];
  readonly onToggle: (group: number) => void;
}

function OutlineTree(props: OutlineTreeProps): ReactNode {
  const { scene, lines, focus } = props;
  useStatusRevision(scene.statuses);
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const id = useId();
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 12,
  });
  const focusLine = useMemo(() => lineOfNode(lines, focus), [lines, focus]);
  useEffect(() => {
    if (focusLine < 0) return;
    setActive(focusLine);
    virtual.scrollToIndex(focusLine, { align: "auto" });
  }, [focusLine, virtual]);
  const move = (to: number): void => {
    const next = Math.min(Math.max(0, to), lines.length - 1);
    setActive(next);
    virtual.scrollToIndex(next, { align: "auto" });
  };
  const current = Math.min(active, lines.length - 1);
  return (
    <div
      ref={scroller}
      role="tree"
      aria-label="Assets by group"
      tabIndex={0}
      aria-activedescendant={current >= 0 ? `${id}-${current}` : undefined}
      onKeyDown={(event) => handleTreeKey(event, { ...props, active: current, move })}
      className="group/tree min-h-0 flex-1 overflow-y-auto outline-none"
    >
      <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const line = lines[index];
          return (
            line !== undefined && (
              <OutlineLine
                key={index}
                {...props}
                line={line}
                id={`${id}-${index}`}
                top={start}
                active={index === current}
                selected={index === focusLine}
                onActivate={() => setActive(index)}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

interface TreeKeyContext extends OutlineTreeProps {
  readonly active: number;
  readonly move: (to: number) => void;
}

/** Keys of a tree as assistive technology expects them. */
function handleTreeKey(
  event: KeyboardEvent,
  { lines, active, move, onFocus, onGroup, onToggle }: TreeKeyContext,
): void {
  const line = lines[active];
  if (line === undefined || event.ctrlKey || event.metaKey) return;
  const actions: Readonly<Record<string, () => void>> = {
    ArrowDown: () => move(active + 1),
    ArrowUp: () => move(active - 1),
    Home: () => move(0),
    End: () => move(lines.length - 1),
    Enter: () => (line.kind === "asset" ? onFocus(line.node) : onGroup(line.group)),
    ArrowRight: () => {
      if (line.kind === "group" && line.expanded) move(active + 1);
      else if (line.kind === "group") onToggle(line.group);
    },
    ArrowLeft: () => {
      if (line.kind === "group" && line.expanded) onToggle(line.group);
      else move(lines.findIndex((own) => own.kind === "group" && own.group === line.group));
    },
  };
  const action = actions[event.key];
  if (action === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}

interface OutlineLineProps extends OutlineTreeProps {
  readonly line: OutlineRow;
  readonly id: string;
  readonly top: number;
  readonly active: boolean;
  readonly selected: boolean;
  readonly onActivate: () => void;
}

const LINE =
  "absolute inset-x-0 flex cursor-default items-center gap-1.5 pr-2 text-sm aria-selected:bg-accent-soft hover:bg-hover data-[active=true]:group-focus-visible/tree:outline data-[active=true]:group-focus-visible/tree:outline-2 data-[active=true]:group-focus-visible/tree:-outline-offset-2 data-[active=true]:group-focus-visible/tree:outline-accent";

function OutlineLine({
  line,
  scene,
  columns,
  id,
  top,
  active,
  selected,
  onActivate,
  onFocus,
  onGroup,
  onToggle,
}: OutlineLineProps): ReactNode {
  const position = { height: LINE_PX, transform: `translateY(${top}px)` };
  if (line.kind === "group") {
    return (
      // Keys are handled by the tree, which keeps the focus.
      <div
        id={id}
        role="treeitem"
        aria-level={1}
        aria-expanded={line.expanded}
        aria-selected={false}
        data-active={active}
        tabIndex={-1}
        style={position}
        className={`${LINE} pl-1.5`}
        onClick={() => {
          onActivate();
          onToggle(line.group);
          if (!line.expanded) onGroup(line.group);
        }}
      >
        <span className="text-faint">
          <Icon name={line.expanded ? "chevronDown" : "chevronRight"} size={14} />
        </span>
        <span className="truncate font-medium">{scene.layout.groupNames[line.group]}</span>
        <span className="ml-auto text-2xs text-muted">{formatCount(line.size)}</span>
      </div>
    );
  }
  const row = scene.rows[line.node] ?? 0;
  const look = lookOfCode(scene.statuses.codes[row] ?? -1);
  const onPath = columns?.assets.get(line.node);
  return (
    <div
      id={id}
      role="treeitem"
      aria-level={2}
      aria-label={`${scene.index.keys[row] ?? ""}, ${look.word}${onPath === undefined ? "" : `, ${describeColumns(onPath)}`}`}
      aria-selected={selected}
      data-active={active}
      tabIndex={-1}
      style={position}
      className={`${LINE} pl-7`}
      title={scene.index.keys[row]}
      onClick={() => {
        onActivate();
        onFocus(line.node);
      }}
    >
      <span className={TONE_TEXT[look.tone]}>
        <GlyphIcon glyph={look.glyph} size={10} />
      </span>
      <span className={`truncate ${columns !== undefined && onPath === undefined ? "text-faint" : ""}`}>
        {scene.index.names[row]}
      </span>
      {onPath !== undefined && (
        // The label of the line says the same in full.
        <span
          aria-hidden
          data-columns={columns?.texts.get(line.node)}
          className="ml-auto max-w-[60%] min-w-0 truncate pl-2 text-2xs text-accent-ink after:content-[attr(data-columns)]"
        />
      )}
    </div>
  );
}

function describeColumns({ columns }: PathAsset): string {
  return columns.length === 0 ? "reads the column" : `column ${columns.join(", ")}`;
}
