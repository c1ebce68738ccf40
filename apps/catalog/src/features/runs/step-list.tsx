import type { RunDetail, StepBar } from "@heddle/api";
import { type StepStatus } from "@heddle/core";
import { STEP_STATUSES } from "@heddle/core/internal";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { STEP_LOOK } from "../../status/status-look.ts";
import { GlyphIcon, StatusMark, TONE_TEXT } from "../../status/status-mark.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { canBeRetried, rangesByAsset } from "./retried-steps.ts";
import { StepView } from "./step-view.tsx";
import { useRunChanges } from "./use-run-changes.ts";
import { type RunSteps, useRunSteps } from "./use-run-steps.ts";

interface StepListProps {
  readonly run: RunDetail;
  /** Only the steps of this asset. */
  readonly asset: string | undefined;
  /** The step of that asset that is looked at. */
  readonly ordinal: number | undefined;
  /** Only steps in these states. */
  readonly statuses: readonly StepStatus[] | undefined;
  readonly onStatuses: (statuses: readonly StepStatus[] | undefined) => void;
  /** No single step is looked at any more. */
  readonly onClose: () => void;
}

/** Every step of a run, those that never began included; each opens to its attempts. */
export function StepList({ run, asset, ordinal, statuses, onStatuses, onClose }: StepListProps): ReactNode {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const read = useRunSteps({ runId: run.id, asset, statuses });
  const names = useMemo(() => new Map(run.progress.map((own) => [own.asset.id, own.asset.key])), [run.progress]);
  return (
    <div className="flex min-h-80 flex-1 flex-col gap-2">
      <div className="flex min-h-7 flex-wrap items-center gap-2">
        <StatusChoice run={run} chosen={statuses ?? []} onChoose={onStatuses} />
        <RetryChosen run={run} steps={read.steps} chosen={chosen} names={names} onDone={() => setChosen(new Set())} />
      </div>
      {asset !== undefined && ordinal !== undefined && (
        <section aria-label="Chosen step" className="overflow-hidden rounded-md border border-line">
          <div className="flex items-center gap-2 py-1 pr-1 pl-4">
            <h2 className="font-medium">
              {asset} {read.steps.find((step) => step.ordinal === ordinal)?.partitionKey}
            </h2>
            <IconButton icon="close" label="Close the step" className="ml-auto" onClick={onClose} />
          </div>
          <StepView runId={run.id} assetKey={asset} ordinal={ordinal} />
        </section>
      )}
      {read.error !== null && (
        <FailurePanel title="The steps could not be read" error={read.error} onRetry={read.retry} />
      )}
      {read.isPending && <Skeleton label="Reading the steps" lines={5} />}
      {!read.isPending && read.error === null && read.steps.length === 0 && (
        <p className="text-muted">No step is in {statuses?.length === 1 ? "this state" : "these states"}.</p>
      )}
      {read.steps.length > 0 && (
        <Steps
          runId={run.id}
          read={read}
          names={names}
          chosen={run.endedAt === null ? null : chosen}
          onChosen={setChosen}
        />
      )}
    </div>
  );
}

interface RetryChosenProps {
  readonly run: RunDetail;
  readonly steps: readonly StepBar[];
  readonly chosen: ReadonlySet<string>;
  readonly names: ReadonlyMap<number, string>;
  readonly onDone: () => void;
}

/** Does the steps that are marked in the list again, and no others. */
function RetryChosen({ run, steps, chosen, names, onDone }: RetryChosenProps): ReactNode {
  const changes = useRunChanges(run);
  const wanted = steps.filter((step) => chosen.has(nameOf(step) ?? "") && canBeRetried(step));
  if (wanted.length === 0) return null;
  return (
    <Button
      kind="solid"
      icon="retry"
      className="ml-auto"
      disabled={changes.busy}
      onClick={() => {
        changes.retry("unfinished", { partitions: rangesByAsset(wanted, names) });
        onDone();
      }}
    >
      Retry {formatCounted(wanted.length, "chosen step")}
    </Button>
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
  /** The steps that are marked, by name; `null` where none can be. */
  readonly chosen: ReadonlySet<string> | null;
  readonly onChosen: (chosen: ReadonlySet<string>) => void;
}

function Steps(props: StepsProps): ReactNode {
  const {
    runId,
    read: { steps, readMore, isFetching },
    names,
    chosen,
    onChosen,
  } = props;
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
              <ChosenMark step={step} assetKey={names.get(step.assetId) ?? ""} chosen={chosen} onChosen={onChosen} />
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

interface ChosenMarkProps extends Pick<StepsProps, "chosen" | "onChosen"> {
  readonly step: StepBar;
  readonly assetKey: string;
}

/** Marks a step that can be done again. */
function ChosenMark({ step, assetKey, chosen, onChosen }: ChosenMarkProps): ReactNode {
  const name = nameOf(step) ?? "";
  if (chosen === null || !canBeRetried(step)) return null;
  return (
    <input
      type="checkbox"
      aria-label={`Retry ${assetKey} ${step.partitionKey}`.trim()}
      checked={chosen.has(name)}
      onChange={(event) => {
        const next = new Set(chosen);
        if (event.target.checked) next.add(name);
        else next.delete(name);
        onChosen(next);
      }}
      className="absolute top-2 right-3 z-10 size-4 accent-[var(--accent)]"
    />
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
      className="grid h-8 w-full grid-cols-[16px_96px_minmax(140px,1fr)_minmax(96px,0.7fr)_minmax(0,1.4fr)_72px] items-center gap-3 pr-10 pl-3 text-left hover:bg-hover aria-expanded:bg-surface max-md:grid-cols-[16px_88px_minmax(0,1fr)_minmax(0,0.9fr)]"
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
