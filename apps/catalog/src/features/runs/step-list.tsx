import type { RunDetail, StepBar } from "@heddle/api";
import { STEP_STATUSES, type StepStatus } from "@heddle/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { formatCount } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { STEP_LOOK } from "../../status/status-look.ts";
import { GlyphIcon, StatusMark, TONE_TEXT } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { StepView } from "./step-view.tsx";
import { type RunSteps, useRunSteps } from "./use-run-steps.ts";

interface StepListProps {
  readonly run: RunDetail;
  /** Only the steps of this asset. */
  readonly asset: string | undefined;
  /** Only steps in these states. */
  readonly statuses: readonly StepStatus[] | undefined;
  readonly onStatuses: (statuses: readonly StepStatus[] | undefined) => void;
}

/** Every step of a run, those that never began included; each opens to its attempts. */
export function StepList({ run, asset, statuses, onStatuses }: StepListProps): ReactNode {
  const read = useRunSteps({ runId: run.id, asset, statuses });
  const names = useMemo(() => new Map(run.progress.map((own) => [own.asset.id, own.asset.key])), [run.progress]);
  return (
    <div className="flex min-h-80 flex-1 flex-col gap-2">
      <StatusChoice run={run} chosen={statuses ?? []} onChoose={onStatuses} />
      {read.error !== null && (
        <FailurePanel title="The steps could not be read" error={read.error} onRetry={read.retry} />
      )}
      {read.isPending && <Skeleton label="Reading the steps" lines={5} />}
      {!read.isPending && read.error === null && read.steps.length === 0 && (
        <p className="text-muted">No step is in {statuses?.length === 1 ? "this state" : "these states"}.</p>
      )}
      {read.steps.length > 0 && <Steps runId={run.id} read={read} names={names} />}
    </div>
  );
}

interface StatusChoiceProps {
  readonly run: RunDetail;
  readonly chosen: readonly StepStatus[];
  readonly onChoose: StepListProps["onStatuses"];
}

function StatusChoice({ run, chosen, onChoose }: StatusChoiceProps): ReactNode {
  const offered = STEP_STATUSES.filter((status) => run.counts[status] > 0 || chosen.includes(status));
  const toggle = (status: StepStatus): void => {
    const next = chosen.includes(status) ? chosen.filter((own) => own !== status) : [...chosen, status];
    onChoose(next.length === 0 ? undefined : next);
  };
  return (
    <div role="group" aria-label="States of steps" className="-ml-2 flex flex-wrap gap-1">
      {offered.map((status) => {
        const look = STEP_LOOK[status];
        return (
          <button
            key={status}
            type="button"
            aria-pressed={chosen.includes(status)}
            onClick={() => toggle(status)}
            className="flex h-6 items-center gap-1.5 rounded-full px-2.5 text-xs text-muted hover:bg-hover aria-pressed:bg-pressed aria-pressed:text-ink"
          >
            <span className={TONE_TEXT[look.tone]}>
              <GlyphIcon glyph={look.glyph} size={10} />
            </span>
            {formatCount(run.counts[status])} {look.word}
          </button>
        );
      })}
    </div>
  );
}

const LINE_PX = 32;

interface StepsProps {
  readonly runId: number;
  readonly read: RunSteps;
  readonly names: ReadonlyMap<number, string>;
}

function Steps({ runId, read: { steps, readMore, isFetching }, names }: StepsProps): ReactNode {
  const [open, setOpen] = useState<string | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: steps.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    getItemKey: (index) => nameOf(steps[index]) ?? index,
    overscan: 10,
  });
  return (
    <div
      ref={scroller}
      role="list"
      aria-label="Steps"
      tabIndex={0}
      className="min-h-0 overflow-auto rounded-md border border-line"
    >
      <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const step = steps[index];
          if (step === undefined) return null;
          const isOpen = nameOf(step) === open;
          return (
            <div
              key={key}
              role="listitem"
              data-index={index}
              ref={virtual.measureElement}
              className="absolute inset-x-0 border-b border-line last:border-b-0"
              style={{ transform: `translateY(${start}px)` }}
            >
              <StepLine
                step={step}
                assetKey={names.get(step.assetId) ?? ""}
                open={isOpen}
                onToggle={() => setOpen(isOpen ? null : (nameOf(step) ?? null))}
              />
              {isOpen && <StepView runId={runId} assetKey={names.get(step.assetId) ?? ""} ordinal={step.ordinal} />}
            </div>
          );
        })}
      </div>
      {readMore !== null && (
        <div className="flex items-center justify-center gap-3 p-3 text-muted">
          <span>The first {formatCount(steps.length)} are shown.</span>
          <Button disabled={isFetching} onClick={readMore}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}

function nameOf(step: StepBar | undefined): string | undefined {
  return step === undefined ? undefined : `${step.assetId}:${step.ordinal}`;
}

interface StepLineProps {
  readonly step: StepBar;
  readonly assetKey: string;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function StepLine({ step, assetKey, open, onToggle }: StepLineProps): ReactNode {
  const { partitionKey, status, attempts, durationMs, skippedBecause } = step;
  const message = skippedBecause === null ? step.message : `because ${skippedBecause.message}`;
  return (
    <button
      type="button"
      aria-expanded={open}
      onClick={onToggle}
      className="grid h-8 w-full grid-cols-[16px_96px_minmax(140px,1fr)_minmax(96px,0.7fr)_minmax(0,1.4fr)_72px] items-center gap-3 px-3 text-left hover:bg-hover aria-expanded:bg-surface max-md:grid-cols-[16px_88px_minmax(0,1fr)_minmax(0,0.9fr)]"
    >
      <span className={`text-faint transition-transform ${open ? "rotate-90" : ""}`}>
        <Icon name="chevronRight" size={12} />
      </span>
      <StatusMark look={STEP_LOOK[status]} />
      <span className="truncate">{assetKey}</span>
      <span className="truncate text-muted">{partitionKey}</span>
      <span className="truncate text-muted max-md:hidden" title={message ?? undefined}>
        {attempts > 1 && `${formatCount(attempts)} attempts${message === null ? "" : ", "}`}
        {message}
      </span>
      <span className="text-right text-xs text-muted max-md:hidden">
        {durationMs !== null && formatDuration(durationMs)}
      </span>
    </button>
  );
}
