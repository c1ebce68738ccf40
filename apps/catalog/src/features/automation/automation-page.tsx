import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCount } from "../../format/amounts.ts";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState, Snippet } from "../../ui/empty-state.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Page, PageHeader } from "../../ui/page.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import {
  type AutomationRow,
  filterRows,
  LOOK_OF_STATE,
  rowOfCondition,
  rowOfSchedule,
  rowOfSensor,
} from "./automation-rows.ts";
import { AUTOMATION_STATES, type AutomationKind, type AutomationState } from "./automation-search.ts";
import { AutomationTable, useOpenRow } from "./automation-table.tsx";
import { PreviewButton } from "./preview-dialog.tsx";

const route = getRouteApi("/automation");

/** Everything that decides by itself when something is made. */
export function AutomationPage(): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/automation" });
  const field = useRef<HTMLInputElement>(null);
  const { rows, isPending, errors } = useAutomationRows();
  const shown = useMemo(
    () =>
      filterRows(rows, {
        ...(search.kind !== undefined && { kind: search.kind }),
        ...(search.state !== undefined && { state: search.state }),
        ...(search.text !== undefined && { text: search.text }),
      }),
    [rows, search.kind, search.state, search.text],
  );
  const active = useRowKeys(shown, () => field.current?.focus());
  const set = (change: Partial<typeof search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const clear = (): void => set({ kind: undefined, state: undefined, text: undefined });
  return (
    <Page title="Automation">
      <PageHeader
        title="Automation"
        meta={rows.length > 0 && `${formatCount(shown.length)} of ${formatCount(rows.length)}`}
        actions={
          <>
            <SearchField
              ref={field}
              label="Name or trigger"
              className="w-72 max-md:w-auto max-md:flex-1"
              text={search.text ?? ""}
              onText={(text) => set({ text: text || undefined })}
            />
            {rows.some(({ kind }) => kind === "condition") && <PreviewButton />}
          </>
        }
      />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-b border-line px-4 py-1.5">
        <KindFilter rows={rows} chosen={search.kind ?? null} onChange={(kind) => set({ kind: kind ?? undefined })} />
        <StateFilter
          rows={rows}
          chosen={search.state ?? null}
          onChange={(state) => set({ state: state ?? undefined })}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        {errors.map(({ title, error, retry }) => (
          <div key={title} className="p-4">
            <FailurePanel title={title} error={error} onRetry={retry} />
          </div>
        ))}
        {isPending && <Skeleton label="Reading the automation" lines={8} />}
        {!isPending && errors.length === 0 && rows.length === 0 && <NoAutomation />}
        {rows.length > 0 && shown.length === 0 && (
          <EmptyState title="Nothing is left by these filters.">
            <Button onClick={clear}>Show all</Button>
          </EmptyState>
        )}
        {shown.length > 0 && <AutomationTable rows={shown} active={active} />}
      </div>
    </Page>
  );
}

interface AutomationRows {
  readonly rows: readonly AutomationRow[];
  readonly isPending: boolean;
  readonly errors: readonly { readonly title: string; readonly error: unknown; readonly retry: () => void }[];
}

/** Ticks come by themselves, and no event tells of those that ask for nothing. */
const READ_INTERVAL_MS = 15_000;

function useAutomationRows(): AutomationRows {
  const options = { refetchInterval: READ_INTERVAL_MS };
  const schedules = useQuery(trpc.schedules.list.queryOptions({}, options));
  const sensors = useQuery(trpc.sensors.list.queryOptions({}, options));
  const conditions = useQuery(trpc.automation.conditions.queryOptions({}, options));
  const rows = useMemo(
    () => [
      ...(schedules.data?.schedules.map(rowOfSchedule) ?? []),
      ...(sensors.data?.sensors.map((sensor) => rowOfSensor(sensor, sensors.data.now)) ?? []),
      ...(conditions.data?.conditions.map(rowOfCondition) ?? []),
    ],
    [schedules.data, sensors.data, conditions.data],
  );
  const failed = [
    { title: "The schedules could not be read", query: schedules },
    { title: "The sensors could not be read", query: sensors },
    { title: "The conditions could not be read", query: conditions },
  ].filter(({ query }) => query.isError);
  return {
    rows,
    isPending: schedules.isPending || sensors.isPending || conditions.isPending,
    errors: failed.map(({ title, query }) => ({ title, error: query.error, retry: () => void query.refetch() })),
  };
}

const KINDS: readonly { readonly value: AutomationKind | "all"; readonly label: string }[] = [
  { value: "all", label: "All" },
  { value: "schedule", label: "Schedules" },
  { value: "sensor", label: "Sensors" },
  { value: "condition", label: "Conditions" },
];

function KindFilter({
  rows,
  chosen,
  onChange,
}: {
  readonly rows: readonly AutomationRow[];
  readonly chosen: AutomationKind | null;
  readonly onChange: (kind: AutomationKind | null) => void;
}): ReactNode {
  const countOf = (value: AutomationKind | "all"): number =>
    value === "all" ? rows.length : rows.filter(({ kind }) => kind === value).length;
  return (
    <Segmented
      label="Kind"
      value={chosen ?? "all"}
      options={KINDS.map(({ value, label }) => ({
        value,
        label: (
          <>
            {label} <span className="font-normal text-muted">{formatCount(countOf(value))}</span>
          </>
        ),
      }))}
      onChange={(value) => onChange(value === "all" ? null : value)}
    />
  );
}

function StateFilter({
  rows,
  chosen,
  onChange,
}: {
  readonly rows: readonly AutomationRow[];
  readonly chosen: AutomationState | null;
  readonly onChange: (state: AutomationState | null) => void;
}): ReactNode {
  return (
    <div role="group" aria-label="State" className="flex flex-wrap gap-1">
      {AUTOMATION_STATES.map((state) => {
        const look = LOOK_OF_STATE[state];
        return (
          <button
            key={state}
            type="button"
            aria-pressed={chosen === state}
            onClick={() => onChange(chosen === state ? null : state)}
            className="flex h-6 items-center gap-1.5 rounded-full px-2.5 text-xs text-muted hover:bg-hover aria-pressed:bg-pressed aria-pressed:text-ink"
          >
            <span className={TONE_TEXT[look.tone]}>
              <GlyphIcon glyph={look.glyph} size={10} />
            </span>
            {look.word} {formatCount(rows.filter((row) => row.state === state).length)}
          </button>
        );
      })}
    </div>
  );
}

const EXAMPLE = `export const nightly = schedule({
  name: "nightly",
  cron: "0 2 * * *",
  timeZone: "Europe/Berlin",
  selection: [orders],
});`;

function NoAutomation(): ReactNode {
  return (
    <EmptyState title="Nothing is made by itself yet.">
      <p>Declare a schedule beside the assets, and hand it to `definitions`:</p>
      <Snippet>{EXAMPLE}</Snippet>
    </EmptyState>
  );
}

/** Moves through the list by keyboard; answers the line that it is on. */
function useRowKeys(rows: readonly AutomationRow[], focusField: () => void): number {
  const openRow = useOpenRow();
  const [line, setLine] = useState(-1);
  const active = Math.min(line, rows.length - 1);
  const open = (): void => {
    const row = rows[active];
    if (row !== undefined) openRow(row.to);
  };
  useHotkeys("Automation", [
    { keys: "j", does: "Next line", run: () => setLine(Math.min(active + 1, rows.length - 1)) },
    { keys: "k", does: "Line before", run: () => setLine(Math.max(active - 1, 0)) },
    { keys: "Enter", does: "Open it", run: open },
    { keys: "/", does: "Filter", run: focusField },
  ]);
  return active;
}
