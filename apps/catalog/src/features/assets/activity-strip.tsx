import { type ReactNode, useEffect, useRef, useState } from "react";
import { formatDay } from "../../format/instants.ts";
import { paintCell } from "../../status/paint-cell.ts";
import { canvasPalette } from "../../theme/canvas-palette.ts";
import { useTheme } from "../../theme/theme.ts";
import { useElementWidth } from "../../ui/use-element-width.ts";
import { type DayActivity, describeDay, lookOfDay } from "./activity-days.ts";

/** What the matrix shows: days, and what was done on them with each asset. */
export interface MatrixDaysData {
  /** Beginnings of the days, and the end of the last. */
  readonly bounds: readonly number[];
  /** By asset id. */
  readonly days: ReadonlyMap<number, readonly (DayActivity | undefined)[]>;
}

const HEIGHT_PX = 20;
/** Room that the date of a day takes. */
const LABEL_PX = 44;

/** The dates above the days. */
export function ActivityHead({ matrix: { bounds } }: { readonly matrix: MatrixDaysData }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const width = useElementWidth(box);
  const days = bounds.slice(0, -1);
  const every = Math.max(1, Math.ceil((LABEL_PX * days.length) / Math.max(1, width)));
  return (
    <div ref={box} role="columnheader" className="label relative h-4 min-w-0">
      <span className="sr-only">The last {days.length} days</span>
      {width > 0 &&
        days.map((day, i) => {
          // The newest day has its date, and every so many before it.
          if ((days.length - 1 - i) % every !== 0) return null;
          return (
            <span
              key={day}
              aria-hidden
              className="absolute -translate-x-1/2 whitespace-nowrap"
              style={{ left: `${((i + 0.5) / days.length) * 100}%` }}
            >
              {formatDay(day + 12 * 3_600_000).slice(5)}
            </span>
          );
        })}
    </div>
  );
}

interface ActivityStripProps {
  readonly matrix: MatrixDaysData;
  readonly id: number;
  readonly name: string;
}

/** What was done with one asset on each day: the worst of it. */
export function ActivityStrip({ matrix, id, name }: ActivityStripProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useElementWidth(canvas);
  const theme = useTheme();
  const [hovered, setHovered] = useState(-1);
  const days = matrix.days.get(id);
  const count = matrix.bounds.length - 1;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (canvas.current === null || context === null || context === undefined || width === 0) return;
    const ratio = Math.min(2, window.devicePixelRatio);
    canvas.current.width = Math.round(width * ratio);
    canvas.current.height = Math.round(HEIGHT_PX * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintDays(context, { days, count, width });
  }, [days, count, width, theme]);
  const text = (day: number): string => describeDay((matrix.bounds[day] ?? 0) + 12 * 3_600_000, days?.[day]);
  const busy = Array.from({ length: count }, (_, day) => day).filter((day) => days?.[day] !== undefined);
  const label = busy.length === 0 ? "nothing" : busy.map(text).join("; ");
  return (
    <span role="img" aria-label={`${name}, last ${count} days: ${label}`} className="block min-w-0">
      <canvas
        ref={canvas}
        aria-hidden
        title={hovered < 0 ? undefined : text(hovered)}
        onMouseMove={(event) => {
          const rect = event.currentTarget.getBoundingClientRect();
          setHovered(Math.floor(((event.clientX - rect.left) / rect.width) * count));
        }}
        className="block w-full"
        style={{ height: HEIGHT_PX }}
      />
    </span>
  );
}

function paintDays(
  context: CanvasRenderingContext2D,
  {
    days,
    count,
    width,
  }: {
    readonly days: readonly (DayActivity | undefined)[] | undefined;
    readonly count: number;
    readonly width: number;
  },
): void {
  const palette = canvasPalette();
  context.clearRect(0, 0, width, HEIGHT_PX);
  for (let day = 0; day < count; day++) {
    const x = Math.round((day / count) * width);
    const cell = { x: x + 1, y: 1, width: Math.max(2, Math.round(((day + 1) / count) * width) - x - 2), height: 18 };
    const activity = days?.[day];
    if (activity === undefined) {
      context.fillStyle = palette.line;
      context.fillRect(cell.x, HEIGHT_PX / 2 - 1, cell.width, 2);
    } else {
      paintCell(context, cell, { look: lookOfDay(activity), palette, grey: false });
    }
  }
}
