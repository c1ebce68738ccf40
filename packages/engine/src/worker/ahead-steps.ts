import type { AttemptPlace, StepOutcome } from "@heddle/storage";

/** Steps that run ahead and are neither claimed nor settled, at most: a long one is claimed soon, and little is lost. */
const LIMIT = 64;
/** Ids for claims are reserved by so many, when fewer than so many are left. */
const RESERVE = 128;
const RESERVE_BELOW = 64;
/**
 * A step runs ahead only when the database was asked about its run since then: of a run that was paused or canceled
 * before, nothing new begins. After a step that took longer, what a claim costs does not matter.
 */
const FRESH_MS = 1_000;
/** Runs whose time is remembered. */
const RUN_LIMIT = 256;

/** A step that was started without a claim. */
interface AheadStep {
  readonly place: AttemptPlace;
  /** Whether its success waits to be settled with what it was built on. */
  isQueued: boolean;
  /** How it ended otherwise: that is settled when it has a claim, and forgotten when it gets none. */
  held: StepOutcome | undefined;
  /** Whether it was announced by a call of which nobody knows what became of it: it may be claimed. */
  isDoubtful: boolean;
  /** Tells those who wait until it has a claim. */
  readonly resolved: (() => void)[];
}

/**
 * The steps that a worker runs ahead of their claims, under ids that were reserved for these. Each is announced in the
 * transaction that settles what it was built on, and has a claim, is published or is dropped after that.
 */
export class AheadSteps {
  #ids: number[] = [];
  readonly #steps = new Map<number, AheadStep>();
  /** Steps by name, so that none runs ahead twice at a time. */
  readonly #names = new Set<string>();
  /** Executions that go on although nobody wants their outcome any more. */
  readonly #dropped = new Set<number>();
  /** Monotonic time of the last transaction that found a run running. */
  readonly #seenAt = new Map<number, number>();

  /** How many ids to reserve with the next call. */
  get wantedIds(): number {
    return this.#ids.length < RESERVE_BELOW ? RESERVE : 0;
  }

  addIds(ids: readonly number[]): void {
    this.#ids.push(...ids);
  }

  /** Takes note that a run went on at an instant, by the monotonic clock. */
  confirm(runId: number, at: number): void {
    if (this.#seenAt.get(runId) === at) return;
    this.#seenAt.delete(runId);
    this.#seenAt.set(runId, at);
    const [oldest] = this.#seenAt.keys();
    if (this.#seenAt.size > RUN_LIMIT && oldest !== undefined) this.#seenAt.delete(oldest);
  }

  /** The id under which the next step of a run may start; nothing when none may. */
  nextId(runId: number): number | undefined {
    if (this.#steps.size >= LIMIT) return undefined;
    if (performance.now() - (this.#seenAt.get(runId) ?? -Infinity) > FRESH_MS) return undefined;
    return this.#ids.at(-1);
  }

  isTaken(runId: number, assetId: number, ordinal: number): boolean {
    return this.#names.has(nameStep({ runId, assetId, ordinal }));
  }

  /** A step starts, under the id that {@link nextId} gave. */
  add({ runId, assetId, claimId, ordinal }: AttemptPlace): void {
    this.#ids.pop();
    const place = { runId, assetId, claimId, ordinal };
    this.#steps.set(claimId, { place, isQueued: false, held: undefined, isDoubtful: false, resolved: [] });
    this.#names.add(nameStep(place));
  }

  /** Whether a step has no claim yet. */
  has(claimId: number): boolean {
    return this.#steps.has(claimId);
  }

  /** Resolves when a step has a claim; never for one that is dropped, whose execution is ended. */
  async untilClaimed(claimId: number): Promise<void> {
    const step = this.#steps.get(claimId);
    if (step !== undefined) await new Promise<void>((resolve) => step.resolved.push(resolve));
  }

  /** Takes the end of an execution that was dropped. False when it was not. */
  endDropped(claimId: number): boolean {
    return this.#dropped.delete(claimId);
  }

  /** Takes the end of a step without a claim: gives what is to be settled with what it was built on, if that can be. */
  end(outcome: StepOutcome): StepOutcome | undefined {
    const step = this.#steps.get(outcome.claimId);
    if (step === undefined) return undefined;
    if (outcome.kind === "success" && outcome.dynamicPartitions === undefined) {
      step.isQueued = true;
      return { ...outcome, isAhead: true };
    }
    step.held = outcome;
    return undefined;
  }

  /** The steps that need a claim, now that all they were built on is about to be settled. */
  announce(): AttemptPlace[] {
    const places: AttemptPlace[] = [];
    for (const step of this.#steps.values()) {
      if (step.isQueued) continue;
      // Stopped before anybody heard of it.
      const isNothing = step.held?.kind === "canceled" || step.held?.kind === "released";
      if (isNothing && !step.isDoubtful) this.#forget(step);
      else places.push(step.place);
    }
    return places;
  }

  /** It is not known whether what was announced is claimed: it has to be announced again. */
  doubt(announced: readonly AttemptPlace[]): void {
    for (const { claimId } of announced) {
      const step = this.#steps.get(claimId);
      if (step !== undefined) step.isDoubtful = true;
    }
  }

  /** An outcome was settled, whatever it led to. */
  settled({ claimId }: AttemptPlace): void {
    const step = this.#steps.get(claimId);
    if (step !== undefined) this.#forget(step);
  }

  /** A step got its claim, and is like any other from here on. Nothing when the claim is of no step that runs ahead. */
  adopt(claimId: number): Pick<AheadStep, "isQueued" | "held"> | undefined {
    const step = this.#steps.get(claimId);
    if (step === undefined) return undefined;
    this.#forget(step);
    for (const resolve of step.resolved) resolve();
    return step;
  }

  /** Gives up the steps of a run that have no claim. @returns the ids under which they run or ran */
  dropRun(runId: number): ReadonlySet<number> {
    const ids = new Set<number>();
    for (const step of this.#steps.values()) {
      if (step.place.runId !== runId) continue;
      this.#forget(step);
      ids.add(step.place.claimId);
      if (!step.isQueued && step.held === undefined) this.#dropped.add(step.place.claimId);
    }
    return ids;
  }

  #forget({ place }: AheadStep): void {
    this.#steps.delete(place.claimId);
    this.#names.delete(nameStep(place));
  }
}

function nameStep({ runId, assetId, ordinal }: Omit<AttemptPlace, "claimId">): string {
  return `${runId}/${assetId}/${ordinal}`;
}
