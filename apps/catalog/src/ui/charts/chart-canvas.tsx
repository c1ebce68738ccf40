import { type ReactNode, useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "../../theme/theme.ts";
import type { ChartData } from "./chart-data.ts";
import { chartOptions } from "./chart-options.ts";

interface ChartCanvasProps {
  readonly data: ChartData;
  /** In pixels, the lower axis included. */
  readonly height: number;
  /** Called with the index of the point under the pointer; `null` when there is none. Keep it the same. */
  readonly onPoint: (index: number | null) => void;
}

/** The picture of a chart; what it says is said beside it as text. */
export function ChartCanvas({ data, height, onPoint }: ChartCanvasProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const columns: uPlot.AlignedData = [[...data.at], ...data.series.map(({ values }) => [...values])];
    const plot = new uPlot(chartOptions(data, { width: element.clientWidth, height }, onPoint), columns, element);
    // Its elements have no meaning of their own: the figure has a name, and the table all values.
    plot.root.setAttribute("aria-hidden", "true");
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [data, height, onPoint, theme]);
  return <div ref={box} style={{ height }} className="min-w-0 overflow-hidden" />;
}
