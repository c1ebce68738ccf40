import type { RunAssetProgress } from "@heddle/api";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useRef } from "react";
import { formatCount, formatProgress } from "../../format/amounts.ts";
import { StepProgress } from "./step-bar.tsx";
import { doneSteps } from "./step-progress.ts";

interface RunProgressListProps {
  readonly progress: readonly RunAssetProgress[];
  readonly chosen: string | undefined;
  readonly onChoose: (key: string | undefined) => void;
}

const LINE_PX = 32;
/** What is below belongs into view as well; a half line at the end shows that there are more. */
const MAX_HEIGHT_PX = 5.5 * LINE_PX;

/** How far each asset of a run is; choosing one narrows what is below. */
export function RunProgressList({ progress, chosen, onChoose }: RunProgressListProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: progress.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 6,
  });
  return (
    <div
      ref={scroller}
      role="list"
      aria-label="Progress of each asset"
      tabIndex={0}
      className="overflow-y-auto rounded-md border border-line"
      style={{ maxHeight: MAX_HEIGHT_PX }}
    >
      <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const own = progress[index];
          if (own === undefined) return null;
          const { key } = own.asset;
          return (
            <div
              key={key}
              role="listitem"
              data-chosen={key === chosen}
              className="absolute inset-x-0 grid grid-cols-[minmax(160px,1.2fr)_minmax(100px,1fr)_minmax(120px,1.4fr)_104px_52px] items-center gap-4 max-md:grid-cols-[minmax(0,1.4fr)_minmax(48px,1fr)_auto] max-md:gap-3 border-b border-line px-4 data-[chosen=true]:bg-accent-soft"
              style={{ height: LINE_PX, transform: `translateY(${start}px)` }}
            >
              <Link
                to="/assets/$"
                params={{ _splat: key }}
                className="truncate hover:underline hover:underline-offset-3"
              >
                {key}
              </Link>
              <span className="truncate text-xs text-muted max-md:hidden" title={own.text}>
                {own.text}
              </span>
              <StepProgress counts={own.counts} />
              <span className="text-right text-xs whitespace-nowrap text-muted">
                {formatProgress(formatCount(doneSteps(own.counts)), formatCount(own.total))}
              </span>
              <button
                type="button"
                aria-pressed={key === chosen}
                onClick={() => onChoose(key === chosen ? undefined : key)}
                className="text-right text-xs whitespace-nowrap text-accent-ink hover:underline max-md:hidden"
              >
                {key === chosen ? "show all" : "filter"}
                <span className="sr-only"> {key}</span>
              </button>
            </div>
          );
        })}
      </div>
    </div>
  );
}
