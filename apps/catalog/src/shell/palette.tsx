import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { selectionOfKeys } from "../data/selection-of-keys.ts";
import { trpc } from "../data/trpc.ts";
import { useLaunch } from "../features/launch/launch-search.ts";
import { columnText } from "../features/lineage/columns/column-param.ts";
import { useCatalog } from "../data/catalog-state.ts";
import { lookOfCode } from "../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../status/status-mark.tsx";
import { Key } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icons.tsx";
import { type PaletteEntry, PaletteSearch } from "./palette-search.ts";
import { recentlyOpened } from "./recent.ts";

const ENTRY_ICONS: Record<PaletteEntry["kind"], IconName> = {
  action: "play",
  asset: "assets",
  check: "checks",
  column: "columns",
  condition: "automation",
  group: "assets",
  page: "chevronRight",
  run: "runs",
  schedule: "clock",
  sensor: "automation",
};

interface PaletteProps {
  readonly open: boolean;
  /** What stands in its field when it opens. */
  readonly text: string;
  readonly onClose: () => void;
}

/** Finds and opens anything by a few letters. */
export function Palette({ open, text, onClose }: PaletteProps): ReactNode {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="popup fixed top-[12vh] left-1/2 z-50 flex max-h-[64vh] w-[600px] max-w-[calc(100vw-32px)] -translate-x-1/2 flex-col overflow-hidden">
          <Dialog.Title className="sr-only">Go to</Dialog.Title>
          <PaletteBody given={text} onClose={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Entries of the page itself that come before those that the server finds. */
const OWN_FIRST = 12;

function PaletteBody({ given, onClose }: { readonly given: string; readonly onClose: () => void }): ReactNode {
  const catalog = useCatalog();
  const [text, setText] = useState(given);
  const [active, setActive] = useState(0);
  const search = useMemo(() => new PaletteSearch(catalog?.index ?? null), [catalog]);
  const [recent] = useState(recentlyOpened);
  const fromServer = useServerEntries(text);
  const entries = useMemo(() => {
    const own = search.find(text, recent);
    // What comes later leaves the first lines where they are.
    return [...own.slice(0, OWN_FIRST), ...fromServer, ...own.slice(OWN_FIRST)];
  }, [search, text, recent, fromServer]);
  const openEntry = useOpenEntry(onClose);
  const listId = useId();

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setActive((now) => (entries.length === 0 ? 0 : (now + step + entries.length) % entries.length));
    }
    const entry = entries[active];
    if (event.key === "Enter" && entry !== undefined) openEntry(entry, event.shiftKey);
  };

  return (
    <>
      <div className="flex items-center gap-2 border-b border-line px-3">
        <span className="text-faint">
          <Icon name="search" />
        </span>
        <input
          autoFocus
          role="combobox"
          aria-label="Go to anything, or materialize it"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={entries.length > 0 ? `${listId}-${active}` : undefined}
          placeholder="Asset, column, check, schedule, run number, page, “materialize …”, “why …”"
          spellCheck={false}
          autoComplete="off"
          value={text}
          // What was put there for somebody goes away with the first letter that they type.
          onFocus={({ currentTarget }) => currentTarget.select()}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          className="h-11 flex-1 bg-transparent text-md outline-none placeholder:text-faint"
        />
      </div>
      <div id={listId} role="listbox" aria-label="Results" className="min-h-0 flex-1 overflow-y-auto p-1.5">
        {entries.map((entry, i) => (
          <Entry
            key={`${entry.kind}:${entry.label}:${i}`}
            id={`${listId}-${i}`}
            entry={entry}
            active={i === active}
            onHover={() => setActive(i)}
            onOpen={(shift) => openEntry(entry, shift)}
          />
        ))}
      </div>
      {entries.length === 0 && <p className="px-4 pb-4 text-muted">Nothing is called “{text}”.</p>}
      <p className="flex items-center gap-4 border-t border-line px-3 py-2 text-2xs text-muted">
        <span className="flex items-center gap-1.5">
          <Key>↵</Key> open
        </span>
        <span className="flex items-center gap-1.5">
          <Key>⇧</Key>
          <Key>↵</Key> show in lineage
        </span>
      </p>
    </>
  );
}

interface EntryProps {
  readonly id: string;
  readonly entry: PaletteEntry;
  readonly active: boolean;
  readonly onHover: () => void;
  readonly onOpen: (shift: boolean) => void;
}

function Entry({ id, entry, active, onHover, onOpen }: EntryProps): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) element.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    // Keys are handled by the field, which keeps the focus.
    <div
      ref={element}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      onMouseMove={onHover}
      onClick={(event) => onOpen(event.shiftKey)}
      onKeyDown={(event) => event.key === "Enter" && onOpen(event.shiftKey)}
      className="flex h-8 cursor-default items-center gap-2.5 rounded-sm px-2.5 aria-selected:bg-pressed"
    >
      <EntryMark entry={entry} />
      <bdi className="truncate">{entry.label}</bdi>
      <span className="ml-auto shrink-0 text-2xs text-muted">
        <EntryKind entry={entry} />
      </span>
    </div>
  );
}

function EntryMark({ entry }: { readonly entry: PaletteEntry }): ReactNode {
  const catalog = useCatalog();
  if (entry.kind === "asset" && catalog !== null) {
    const look = lookOfCode(catalog.statuses.codes[entry.row] ?? -1);
    return (
      <span className={TONE_TEXT[look.tone]} title={look.word}>
        <GlyphIcon glyph={look.glyph} />
      </span>
    );
  }
  return (
    <span className="text-faint">
      <Icon name={ENTRY_ICONS[entry.kind]} size={12} />
    </span>
  );
}

function EntryKind({ entry }: { readonly entry: PaletteEntry }): ReactNode {
  const catalog = useCatalog();
  if (entry.kind !== "asset") return entry.kind;
  return catalog?.index.groupNameOf(entry.row) ?? "asset";
}

function useOpenEntry(onClose: () => void): (entry: PaletteEntry, inLineage: boolean) => void {
  const navigate = useNavigate();
  const launch = useLaunch();
  return (entry, inLineage) => {
    onClose();
    if (entry.kind === "action") launch({ launch: selectionOfKeys([entry.key]), ...launchOf(entry) });
    else if (entry.kind === "schedule")
      void navigate({ to: "/automation/schedules/$name", params: { name: entry.name } });
    else if (entry.kind === "sensor") void navigate({ to: "/automation/sensors/$name", params: { name: entry.name } });
    else if (entry.kind === "check")
      void navigate({ to: "/checks/$", params: { _splat: entry.assetKey }, search: { check: entry.name } });
    else if (entry.kind === "column" && inLineage) {
      const { assetKey: asset, column } = entry;
      void navigate({ to: "/lineage", search: { focus: asset, cols: columnText({ asset, column }) } });
    } else if (entry.kind === "column")
      void navigate({
        to: "/assets/$",
        params: { _splat: entry.assetKey },
        search: { tab: "columns", column: entry.column },
      });
    else if (entry.kind === "condition")
      void navigate({ to: "/automation/conditions/$", params: { _splat: entry.assetKey } });
    else if (entry.kind === "page") void navigate({ to: entry.to });
    else if (entry.kind === "run") void navigate({ to: "/runs/$runId", params: { runId: String(entry.runId) } });
    else if (entry.kind === "asset" && !inLineage) void navigate({ to: "/assets/$", params: { _splat: entry.label } });
    else if (entry.kind === "asset") void navigate({ to: "/lineage", search: { focus: entry.label } });
    else if (inLineage) void navigate({ to: "/lineage", search: { sel: groupSelection(entry.label) } });
    else void navigate({ to: "/assets", search: { group: [entry.label] } });
  };
}

function launchOf({ parts, only }: Extract<PaletteEntry, { readonly kind: "action" }>) {
  return { parts: parts ?? undefined, only: only.length === 0 ? undefined : only };
}

/** Letters after which the server is asked: fewer match nearly everything. */
const ASK_FROM = 2;
const ASKED_FOR = 8;

/** Checks, columns, schedules and sensors whose name holds a text: what the page does not know of by itself. */
function useServerEntries(text: string): readonly PaletteEntry[] {
  const [needle, setNeedle] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setNeedle(text.trim()), 150);
    return () => clearTimeout(timer);
  }, [text]);
  const enabled = needle.length >= ASK_FROM && needle.length <= 100;
  const checks = useQuery({ ...trpc.checks.list.queryOptions({ text: needle, limit: ASKED_FOR }), enabled }).data;
  const columns = useQuery({ ...trpc.columns.find.queryOptions({ text: needle, limit: ASKED_FOR }), enabled }).data;
  const schedules = useQuery({ ...trpc.schedules.list.queryOptions(), enabled }).data;
  const sensors = useQuery({ ...trpc.sensors.list.queryOptions(), enabled }).data;
  return useMemo(() => {
    if (!enabled) return [];
    const holds = ({ name }: { readonly name: string }): boolean => name.toLowerCase().includes(needle.toLowerCase());
    const owner =
      (kind: "schedule" | "sensor") =>
      ({ name }: { readonly name: string }) => ({ kind, name, label: name });
    return [
      ...(schedules?.schedules.filter(holds).slice(0, ASKED_FOR).map(owner("schedule")) ?? []),
      ...(sensors?.sensors.filter(holds).slice(0, ASKED_FOR).map(owner("sensor")) ?? []),
      ...(checks?.items.map(({ asset, name }) => ({
        kind: "check" as const,
        assetKey: asset.key,
        name,
        label: `${name} of ${asset.key}`,
      })) ?? []),
      ...(columns?.map(({ asset, column }) => ({
        kind: "column" as const,
        assetKey: asset.key,
        column,
        label: `${column} of ${asset.key}`,
      })) ?? []),
    ];
  }, [enabled, needle, checks, columns, schedules, sensors]);
}

function groupSelection(group: string): string {
  return /^[\w./@-]+$/u.test(group) ? `group:${group}` : `group:"${group.replaceAll('"', String.raw`\"`)}"`;
}
