import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { trpc } from "../../../data/trpc.ts";
import { formatCounted } from "../../../format/amounts.ts";
import { formatInstant, formatShortInstant } from "../../../format/instants.ts";
import { useTimeZoneChoice } from "../../../time-zone/time-zone.ts";
import { Button } from "../../../ui/button.tsx";
import { useNow } from "../../../ui/clock.ts";
import { Segmented } from "../../../ui/segmented.tsx";

const HOUR_MS = 3_600_000;
const SPANS = [
  { value: "day", label: "24 h", ms: 24 * HOUR_MS },
  { value: "week", label: "7 d", ms: 7 * 24 * HOUR_MS },
  { value: "month", label: "30 d", ms: 30 * 24 * HOUR_MS },
] as const;
type Span = (typeof SPANS)[number]["value"];

/** Bars of the slider, and places that its handle can take. */
const BUCKETS = 240;
const MINUTE_MS = 60_000;

/** After this long at one place the picture of it is read. */
const SETTLE_MS = 120;

interface TimeScrubberProps {
  /** `null`: now. */
  readonly at: number | null;
  readonly pending: boolean;
  readonly onAt: (at: number | null) => void;
  readonly onClose: () => void;
}

/** A slider over time: the graph and its statuses as of any moment, over bars of how much happened. */
export function TimeScrubber({ at, pending, onAt, onClose }: TimeScrubberProps): ReactNode {
  useTimeZoneChoice();
  const [span, setSpan] = useState<Span>(() => spanHolding(at));
  const to = Math.ceil(useNow() / MINUTE_MS) * MINUTE_MS;
  const from = to - (SPANS.find(({ value }) => value === span)?.ms ?? 24 * HOUR_MS);
  const activity = useQuery({
    ...trpc.lineage.activity.queryOptions({ from, to, buckets: BUCKETS }),
    placeholderData: keepPreviousData,
  }).data;
  const [dragged, setDragged] = useState<number | null>(null);
  const settle = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(settle.current), []);
  const bucketMs = (to - from) / BUCKETS;
  const shown = dragged ?? (at === null ? BUCKETS : Math.round(Math.min(BUCKETS, Math.max(0, (at - from) / bucketMs))));
  const move = (place: number): void => {
    const next = Math.min(BUCKETS, Math.max(0, Math.round(place)));
    setDragged(next);
    clearTimeout(settle.current);
    settle.current = setTimeout(() => {
      setDragged(null);
      onAt(next === BUCKETS ? null : Math.round(from + next * bucketMs));
    }, SETTLE_MS);
  };
  const moment = shown === BUCKETS ? null : dragged === null && at !== null ? at : Math.round(from + shown * bucketMs);
  const text = moment === null ? "Now" : formatInstant(moment);
  return (
    <section aria-label="Time" className="flex h-14 shrink-0 items-center gap-3 border-t border-line bg-surface px-3">
      <div className="w-40 shrink-0">
        <p className="text-sm font-medium">{text}</p>
        <p role="status" className="text-2xs text-muted">
          {pending ? "Reading this moment…" : momentDetail(moment, { activity, shown })}
        </p>
      </div>
      <Track place={shown} text={text} onMove={move} from={from} to={to} activity={activity} />
      <Segmented label="Span of time" value={span} options={SPANS} onChange={setSpan} />
      <Button kind="ghost" disabled={at === null && dragged === null} onClick={() => onAt(null)}>
        Now
      </Button>
      <Button kind="ghost" onClick={onClose}>
        Close
      </Button>
    </section>
  );
}

function spanHolding(at: number | null): Span {
  const age = at === null ? 0 : Date.now() - at;
  return SPANS.find(({ ms }) => age < ms)?.value ?? "month";
}

interface Density {
  readonly from: number;
  readonly to: number;
  readonly materialized: readonly number[];
  readonly failed: readonly number[];
  readonly loads: readonly { readonly at: number; readonly codeLocation: string }[];
}

function momentDetail(
  moment: number | null,
  { activity, shown }: { readonly activity: Density | undefined; readonly shown: number },
): string {
  if (moment === null) return "Live";
  const made = activity?.materialized[shown] ?? 0;
  const failed = activity?.failed[shown] ?? 0;
  if (made + failed === 0) return "Nothing happened then";
  return failed === 0
    ? formatCounted(made, "batch", "batches") + " made"
    : `${formatCounted(made, "batch", "batches")} made, ${failed} failed`;
}

interface TrackProps {
  readonly place: number;
  readonly text: string;
  readonly onMove: (place: number) => void;
  readonly from: number;
  readonly to: number;
  readonly activity: Density | undefined;
}

const PAGE = 20;

function Track({ place, text, onMove, from, to, activity }: TrackProps): ReactNode {
  const track = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.shiftKey ? 10 : 1;
    const places: Readonly<Record<string, number>> = {
      ArrowLeft: place - step,
      ArrowDown: place - step,
      ArrowRight: place + step,
      ArrowUp: place + step,
      PageDown: place - PAGE,
      PageUp: place + PAGE,
      Home: 0,
      End: BUCKETS,
    };
    const next = places[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(next);
  };
  const placeAt = (event: PointerEvent): number => {
    const rect = track.current?.getBoundingClientRect();
    return rect === undefined ? place : ((event.clientX - rect.left) / Math.max(1, rect.width)) * BUCKETS;
  };
  return (
    <div
      ref={track}
      role="slider"
      aria-label="Moment"
      aria-valuemin={0}
      aria-valuemax={BUCKETS}
      aria-valuenow={place}
      aria-valuetext={text}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        onMove(placeAt(event));
      }}
      onPointerMove={(event) => event.buttons === 1 && onMove(placeAt(event))}
      className="relative h-10 min-w-0 flex-1 cursor-ew-resize touch-none rounded-sm"
    >
      <Bars activity={activity} />
      <span aria-hidden className="absolute bottom-0 left-0 text-2xs text-faint">
        {formatShortInstant(from, to)}
      </span>
      <span
        aria-hidden
        className="absolute inset-y-0 w-0.5 -translate-x-1/2 rounded-full bg-[var(--accent)]"
        style={{ left: `${(place / BUCKETS) * 100}%` }}
      />
    </div>
  );
}

/** How much happened: bars upward from the line, failures in front, loads of code as ticks below. */
function Bars({ activity }: { readonly activity: Density | undefined }): ReactNode {
  const most = useMemo(
    () => Math.max(1, ...(activity?.materialized ?? []).map((made, i) => made + (activity?.failed[i] ?? 0))),
    [activity],
  );
  const height = (count: number): number =>
    count === 0 ? 0 : Math.max(2, (Math.log2(1 + count) / Math.log2(1 + most)) * 22);
  return (
    <svg
      viewBox={`0 0 ${BUCKETS} 40`}
      preserveAspectRatio="none"
      aria-hidden
      className="absolute inset-0 h-full w-full"
    >
      <rect x={0} y={24} width={BUCKETS} height={1} fill="var(--line-strong)" />
      {activity?.materialized.map((made, i) => {
        const failed = activity.failed[i] ?? 0;
        return (
          made + failed > 0 && (
            <g key={i}>
              <rect
                x={i}
                y={24 - height(made + failed)}
                width={0.8}
                height={height(made + failed)}
                fill="var(--fresh)"
              />
              {failed > 0 && (
                <rect x={i} y={24 - height(failed)} width={0.8} height={height(failed)} fill="var(--failed)" />
              )}
            </g>
          )
        );
      })}
      {activity?.loads.map(({ at, codeLocation }) => (
        <rect
          key={`${at} ${codeLocation}`}
          x={((at - activity.from) / (activity.to - activity.from)) * BUCKETS}
          y={25}
          width={0.6}
          height={5}
          fill="var(--accent)"
        />
      ))}
    </svg>
  );
}
