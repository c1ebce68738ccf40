import { HeddleError, type RunStatus, type StepStatus } from "@heddle/core";
import {
  emptyStepCounts,
  OPEN_STEP_STATUSES,
  PartitionSet,
  STEP_STATUSES,
  STEP_TRANSITIONS,
  type StepEvent,
} from "@heddle/core/internal";
import { ChunkState, type ChunkRow } from "./chunk-state.ts";
import { FreshSteps } from "./fresh-steps.ts";
import type { RunChannel, RunEventDraft, RunEventKind } from "./run-events.ts";

/** A run whose row is locked by this transaction. Everything of a run changes under this lock and no other way. */
export interface LockedRun {
  readonly id: number;
  status: RunStatus;
  readonly environmentId: number;
  readonly codeVersionId: number;
  readonly maxConcurrency: number | null;
  /** Whether the largest ordinals of an asset are claimed first. */
  readonly isNewestFirst: boolean;
  /** Canceled in such a way that what runs may finish and is published. */
  readonly letsFinish: boolean;
  readonly total: number;
  /** Steps that still have something before them. */
  unfinished: number;
  /** Whether `unfinished` changed. */
  isProgressed: boolean;
  isStatusChanged: boolean;
}

/** Names an asset of a run. */
export interface RunAssetPlace {
  readonly runId: number;
  readonly assetId: number;
}

/** Changes of the step counts of one asset of one run. */
export interface CountChange extends RunAssetPlace {
  readonly counts: { [status in StepStatus]: number };
  /** How long the steps took that succeeded now, together. */
  durationMs: number;
}

/**
 * What one transaction knows and changes of runs: locked runs, the chunks of steps that were read, the moves made on
 * them, the events that tell of it. It is gathered here and written at the end, in a number of statements that does not
 * depend on how much it is.
 */
export class RunWork {
  readonly runs = new Map<number, LockedRun>();
  readonly events: RunEventDraft[] = [];
  /** Steps that were skipped because they were up to date. */
  readonly fresh = new FreshSteps();
  readonly #chunks = new Map<string, ChunkState>();
  readonly #counts = new Map<string, CountChange>();
  readonly #notifications = new Map<string, { channel: RunChannel; payload: string }>();

  addRuns(runs: readonly LockedRun[]): void {
    for (const run of runs) this.runs.set(run.id, run);
  }

  /** A run that must have been locked. */
  run(runId: number): LockedRun {
    const run = this.runs.get(runId);
    if (run === undefined) throw internal(`run ${runId} was changed without being locked`);
    return run;
  }

  setStatus(run: LockedRun, status: RunStatus, kind: RunEventKind): void {
    run.status = status;
    run.isStatusChanged = true;
    this.events.push({ kind, runId: run.id, assetId: null, partitions: null, payload: { status } });
  }

  /** Takes over chunks that were read; those that are known already are newer and stay. */
  addChunks(rows: readonly ChunkRow[]): void {
    for (const row of rows) {
      const key = chunkKey(row, row.chunk);
      if (!this.#chunks.has(key)) this.#chunks.set(key, new ChunkState(row));
    }
  }

  chunk(place: RunAssetPlace, chunk: number): ChunkState | undefined {
    return this.#chunks.get(chunkKey(place, chunk));
  }

  chunks(): Iterable<ChunkState> {
    return this.#chunks.values();
  }

  /**
   * Lets `event` happen to the members of `set` that are in a state in which it can, and returns these. The chunks must
   * have been read.
   */
  move(event: StepEvent, place: RunAssetPlace, set: PartitionSet): PartitionSet {
    const all: number[] = [];
    for (const { chunk, set: members } of set.chunks()) {
      const state = this.chunk(place, chunk);
      if (state === undefined)
        throw internal(`chunk ${chunk} of asset ${place.assetId} of run ${place.runId} is not read`);
      for (const moved of this.moveChunk(event, state, members)) all.push(moved);
    }
    return PartitionSet.fromRanges(all);
  }

  /** The same for one chunk. Returns ranges. */
  moveChunk(event: StepEvent, state: ChunkState, set: PartitionSet): readonly number[] {
    const all: number[] = [];
    for (const from of STEP_STATUSES) {
      const to = STEP_TRANSITIONS[event][from];
      if (to === undefined) continue;
      const moved = state.move(from, to, set);
      if (moved.isEmpty) continue;
      this.#count(state, { from, to, count: moved.size });
      for (const bound of moved.ranges) all.push(bound);
    }
    return all;
  }

  /** Tells of partitions; nothing when there are none. */
  tell(kind: RunEventKind, place: RunAssetPlace, partitions: PartitionSet): void {
    if (!partitions.isEmpty) this.events.push({ kind, ...pickPlace(place), partitions, payload: null });
  }

  /** Tells of partitions that were skipped because there was nothing to do any more. */
  tellFresh(place: RunAssetPlace, partitions: PartitionSet, reason: "fresh" | "replaced"): void {
    const payload = { reason };
    this.events.push({ kind: "steps_skipped", ...pickPlace(place), partitions, payload });
  }

  notify(channel: RunChannel, payload = ""): void {
    this.#notifications.set(notificationKey(channel, payload), { channel, payload });
  }

  /**
   * Adds what follows from the rest: events are announced, and work only where some is left that this transaction has
   * not claimed itself.
   */
  announce(): void {
    if (this.events.length > 0) this.notify("heddle_event");
    const isWorkLeft = [...this.#chunks.values()].some((chunk) => chunk.isChanged && !chunk.get("ready").isEmpty);
    if (!isWorkLeft) this.#notifications.delete(notificationKey("heddle_work", ""));
  }

  get notifications(): Iterable<{ readonly channel: RunChannel; readonly payload: string }> {
    return this.#notifications.values();
  }

  /** By how much this transaction has changed the counts of an asset of a run so far. */
  countChange({ runId, assetId }: RunAssetPlace): CountChange["counts"] | undefined {
    return this.#counts.get(`${runId}/${assetId}`)?.counts;
  }

  get countChanges(): readonly CountChange[] {
    return [...this.#counts.values()];
  }

  /** Adds how long a step took that succeeded, in milliseconds. */
  addDuration(place: RunAssetPlace, ms: number): void {
    this.#change(place).durationMs += Math.max(0, Math.round(ms));
  }

  #change(place: RunAssetPlace): CountChange {
    const key = `${place.runId}/${place.assetId}`;
    let change = this.#counts.get(key);
    if (change === undefined) {
      change = { ...pickPlace(place), counts: emptyStepCounts(), durationMs: 0 };
      this.#counts.set(key, change);
    }
    return change;
  }

  #count(place: RunAssetPlace, { from, to, count }: { from: StepStatus; to: StepStatus; count: number }): void {
    const change = this.#change(place);
    change.counts[from] -= count;
    change.counts[to] += count;
    const closed = Number(isOpen(from)) - Number(isOpen(to));
    if (closed === 0) return;
    const run = this.run(place.runId);
    run.unfinished -= closed * count;
    run.isProgressed = true;
  }
}

function isOpen(status: StepStatus): boolean {
  return OPEN_STEP_STATUSES.some((open) => open === status);
}

function pickPlace({ runId, assetId }: RunAssetPlace): RunAssetPlace {
  return { runId, assetId };
}

function notificationKey(channel: RunChannel, payload: string): string {
  return `${channel} ${payload}`;
}

function chunkKey({ runId, assetId }: RunAssetPlace, chunk: number): string {
  return `${runId}/${assetId}/${chunk}`;
}

function internal(message: string): HeddleError {
  return new HeddleError("INTERNAL", message);
}
