import { HeddleError } from "@heddle/core";
import { advanceRun, type RunAdvance, type RunStateView, type SettledSteps } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import { assetIdAt, type StaticRun } from "./run-graphs.ts";
import { readChunks, type ChunkPlace } from "./run-rows.ts";
import type { RunWork } from "./run-work.ts";

/** What was settled of one run. */
export interface SettledRun {
  readonly runId: number;
  readonly run: StaticRun;
  readonly settled: SettledSteps;
}

/** Reads that one transaction may need before it knows what follows; see `advanceRun`. */
const MAX_ROUNDS = 8;

const NOTHING_KNOWN: RunStateView = { success: () => undefined, waiting: () => undefined, stopped: () => undefined };

/**
 * Chunks that will be needed when `settled` succeeds, as far as that can be told without looking: read together with
 * everything else, they save a round trip.
 */
export function foreseeChunks({ runId, run, settled }: SettledRun): ChunkPlace[] {
  const advance = advanceRun(run.graph, settled, { view: NOTHING_KNOWN });
  return advance.kind === "unknown" ? placesOf(runId, run, advance) : [];
}

/** Makes steps ready and skips others, as what was settled wants it. Reads the chunks that decide. */
export async function advanceSteps(
  sql: TransactionSql,
  work: RunWork,
  settledRuns: readonly SettledRun[],
): Promise<void> {
  await work.fresh.load(
    sql,
    settledRuns.flatMap(({ runId, run }) => (run.hasReuse ? [runId] : [])),
  );
  let undecided = settledRuns;
  for (let asked = 0; undecided.length > 0; asked += 1) {
    if (asked >= MAX_ROUNDS) throw new HeddleError("INTERNAL", "a run cannot be advanced: its chunks are not complete");
    const places: ChunkPlace[] = [];
    const next: SettledRun[] = [];
    for (const settledRun of undecided) {
      const advance = advanceRun(settledRun.run.graph, settledRun.settled, { view: viewOf(work, settledRun), asked });
      if (advance.kind === "advanced") {
        apply(work, settledRun, advance);
        continue;
      }
      next.push(settledRun);
      for (const place of placesOf(settledRun.runId, settledRun.run, advance)) places.push(place);
    }
    if (places.length > 0) work.addChunks(await readChunks(sql, places));
    undecided = next;
  }
}

function viewOf(work: RunWork, { runId, run }: SettledRun): RunStateView {
  const chunkOf = (position: number, chunk: number) => work.chunk({ runId, assetId: assetIdAt(run, position) }, chunk);
  return {
    success: (position, chunk) => {
      const state = chunkOf(position, chunk);
      const success = state?.get("success");
      return run.hasReuse ? success?.union(work.fresh.of(runId, assetIdAt(run, position), chunk)) : success;
    },
    waiting: (position, chunk) => chunkOf(position, chunk)?.get("waiting"),
    stopped: (position, chunk) => {
      const state = chunkOf(position, chunk);
      const skipped = state?.get("skipped");
      const stopping = run.hasReuse
        ? skipped?.subtract(work.fresh.of(runId, assetIdAt(run, position), chunk))
        : skipped;
      return stopping === undefined ? undefined : state?.get("failed").union(stopping).union(state.get("canceled"));
    },
  };
}

function apply(work: RunWork, { runId, run }: SettledRun, advance: Extract<RunAdvance, { kind: "advanced" }>): void {
  for (const [position, set] of advance.ready) work.move("unblock", { runId, assetId: assetIdAt(run, position) }, set);
  if (advance.ready.size > 0) work.notify("heddle_work");
  for (const [position, set] of advance.skipped) {
    const place = { runId, assetId: assetIdAt(run, position) };
    work.tell("steps_skipped", place, work.move("skip", place, set));
  }
}

function placesOf(runId: number, run: StaticRun, advance: Extract<RunAdvance, { kind: "unknown" }>): ChunkPlace[] {
  return advance.chunks.map(({ position, chunk }) => ({ runId, assetId: assetIdAt(run, position), chunk }));
}
