import { type ReactNode, useEffect, useRef } from "react";
import type { Tone } from "../status/status-look.ts";
import { type CanvasPalette, canvasPalette } from "../theme/canvas-palette.ts";
import { useTheme } from "../theme/theme.ts";
import { worstMark } from "./worst-mark.ts";
import { useCanvasWidth } from "./use-canvas-width.ts";

/** One thing that happened, as a bar. */
export interface Mark {
  readonly tone: Tone;
  /** Share of the height that its bar has: what is usual is low. */
  readonly share: number;
  /** The lower, the more it needs a person: where several share a pixel, the lowest is shown. */
  readonly rank: number;
}

interface MarkStripProps {
  /** The oldest first. */
  readonly marks: readonly Mark[];
  /** Places for so many: a short history leaves the left side empty. */
  readonly places: number;
  /** Place of the one that is looked at; -1 for none. */
  readonly current?: number;
  readonly height?: number;
  /** Said to who does not see it. */
  readonly label: string;
}

/** What happened, one bar beside the other, the newest at the right; in a narrow strip a pixel shows the worst of those under it. */
export function MarkStrip({ marks, places, current = -1, height = 18, label }: MarkStripProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useCanvasWidth(canvas);
  const theme = useTheme();
  useEffect(() => {
    const request = requestAnimationFrame(() => {
      const element = canvas.current;
      const context = element?.getContext("2d");
      if (element === null || context === null || context === undefined || width === 0) return;
      const ratio = Math.min(2, window.devicePixelRatio);
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      paint({ context, palette: canvasPalette(), marks, places, current, width, height });
    });
    return () => cancelAnimationFrame(request);
  });
  // The theme is no input of the picture but its colours are: a change of it paints anew through the render it causes.
  void theme;
  return (
    <span role="img" aria-label={label} title={label} className="block min-w-0">
      <canvas ref={canvas} aria-hidden className="block w-full" style={{ height }} />
    </span>
  );
}

interface Picture {
  readonly context: CanvasRenderingContext2D;
  readonly palette: CanvasPalette;
  readonly marks: readonly Mark[];
  readonly places: number;
  readonly current: number;
  readonly width: number;
  readonly height: number;
}

/** Widest bar in pixels. */
const WIDEST = 10;

function paint({ context, palette, marks, places, current, width, height }: Picture): void {
  context.clearRect(0, 0, width, height);
  context.fillStyle = palette.line;
  context.fillRect(0, height - 1, width, 1);
  const step = Math.min(WIDEST, width / Math.max(1, places));
  const bars = step < 1 ? Math.floor(width) : marks.length;
  const perBar = step < 1 ? marks.length / bars : 1;
  const each = Math.max(1, step);
  const gap = each >= 3 ? 1 : 0;
  for (let bar = 0; bar < bars; bar++) {
    const from = Math.floor(bar * perBar);
    const mark = worstMark(marks.slice(from, Math.max(from + 1, Math.floor((bar + 1) * perBar))));
    if (mark === undefined) continue;
    const x = width - (bars - bar) * each;
    const tall = Math.max(2, Math.round((height - 2) * mark.share));
    context.fillStyle = palette.fill[mark.tone];
    context.fillRect(x, height - 1 - tall, each - gap, tall);
    if (mark.tone === "failed" && each >= 4) {
      context.fillStyle = palette.failedOutline;
      context.fillRect(x, height - 1 - tall, each - gap, 2);
    }
    if (bar !== current) continue;
    context.strokeStyle = palette.ink;
    context.lineWidth = 1.5;
    context.strokeRect(x - 1, 0.75, each - gap + 2, height - 1.5);
  }
}
