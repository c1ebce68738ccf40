import type { RunUpstream } from "@heddle/api";

/** A step that has run, or still runs: when. Epoch milliseconds. */
export interface TimedStep {
  readonly assetId: number;
  readonly ordinal: number;
  readonly start: number;
  readonly end: number;
}

/** A step on the critical path. */
export interface CriticalStep extends TimedStep {
  /** Between the end of the step before it on the path (for the first, the beginning of the run) and its own start. */
  readonly waitedMs: number;
}

/** Clocks of workers differ, and a step is published a little after it has ended. */
const SKEW_MS = 50;

/**
 * The chain of steps that decided when a run was over, the first one first: from the step that ended last, back to the step
 * that it had to wait for longest, and so on. Where a step waits for one partition alone, that is the one; elsewhere it is
 * the last step of an upstream asset that had ended when it began.
 */
export function criticalPath(
  steps: readonly TimedStep[],
  {
    upstreamOf,
    runStart,
  }: { readonly upstreamOf: (assetId: number) => readonly RunUpstream[]; readonly runStart: number },
): readonly CriticalStep[] {
  const byAsset = new Map<number, AssetSteps>();
  for (const [assetId, own] of Map.groupBy(steps, (step) => step.assetId)) byAsset.set(assetId, new AssetSteps(own));
  let current = latest(steps);
  const path: CriticalStep[] = [];
  const seen = new Set<TimedStep>();
  while (current !== undefined && !seen.has(current)) {
    seen.add(current);
    const { assetId, ordinal, start } = current;
    const before = latest(
      upstreamOf(assetId).flatMap(({ assetId: upstream, samePartition }) => {
        const own = byAsset.get(upstream);
        return (samePartition ? own?.at(ordinal) : own?.lastEndedBy(start + SKEW_MS)) ?? [];
      }),
    );
    path.push({ ...current, waitedMs: Math.max(0, start - (before?.end ?? runStart)) });
    current = before;
  }
  return path.reverse();
}

function latest(steps: readonly TimedStep[]): TimedStep | undefined {
  return steps.reduce<TimedStep | undefined>(
    (last, step) => (last === undefined || step.end > last.end ? step : last),
    undefined,
  );
}

/** The steps of one asset, found by ordinal and by when they ended. */
class AssetSteps {
  readonly #byEnd: readonly TimedStep[];
  readonly #byOrdinal: ReadonlyMap<number, TimedStep>;

  constructor(steps: readonly TimedStep[]) {
    this.#byEnd = steps.toSorted((a, b) => a.end - b.end);
    this.#byOrdinal = new Map(steps.map((step) => [step.ordinal, step]));
  }

  at(ordinal: number): TimedStep | undefined {
    return this.#byOrdinal.get(ordinal);
  }

  /** The last one that had ended at an instant. */
  lastEndedBy(at: number): TimedStep | undefined {
    let low = 0;
    let high = this.#byEnd.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#byEnd[middle]?.end ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return this.#byEnd[low - 1];
  }
}
