import type { Claim, OutcomeResult, StepOutcome } from "@heddle/storage";
import { nameStep, type AheadRun } from "./ahead.ts";
import type { State } from "./read-state.ts";

interface GivenStep {
  readonly claim: Claim;
  readonly ordinal: number;
}

/** Answers that say that this very call changed something. */
const CHANGES: readonly OutcomeResult[] = ["published", "retrying", "failed", "released", "canceled"];

/** What workers were told: it has to agree with what is stored, whatever got lost or came twice. */
export class Ledger {
  readonly #steps = new Map<string, GivenStep[]>();
  readonly #claims = new Map<number, Claim>();
  readonly #answers = new Map<string, { readonly outcome: StepOutcome; readonly results: OutcomeResult[] }>();
  /** What ran ahead, by claim and ordinal. */
  readonly #ahead = new Map<string, AheadRun>();
  readonly #violations: string[] = [];

  /** A worker was given claims. */
  claimed(claims: readonly Claim[], workerId = ""): void {
    for (const claim of claims) {
      if (this.#claims.has(claim.claimId)) this.#violations.push(`claim ${claim.claimId} was given twice`);
      this.#claims.set(claim.claimId, claim);
      const steps = this.#steps.get(workerId) ?? [];
      for (const ordinal of claim.partitions) steps.push({ claim, ordinal });
      this.#steps.set(workerId, steps);
    }
  }

  /** A worker ran steps ahead of their claims. */
  ranAhead(runs: readonly AheadRun[]): void {
    for (const run of runs) this.#ahead.set(`${run.place.claimId}/${run.place.ordinal}`, run);
  }

  /** Steps that a worker was given, those that it has settled before included or not. */
  stepsOf(workerId: string, isRepeated: boolean): readonly GivenStep[] {
    const all = this.#steps.get(workerId) ?? [];
    return isRepeated ? all : all.filter(({ claim, ordinal }) => !this.#answers.has(`${claim.claimId}/${ordinal}`));
  }

  /** A worker was answered. */
  settled(outcomes: readonly StepOutcome[], results: readonly OutcomeResult[]): void {
    if (results.length !== outcomes.length)
      this.#violations.push(`${outcomes.length} outcomes, ${results.length} answers`);
    for (const [index, outcome] of outcomes.entries()) {
      const key = `${outcome.claimId}/${outcome.ordinal}`;
      const entry = this.#answers.get(key) ?? { outcome, results: [] };
      const result = results[index];
      if (result !== undefined) entry.results.push(result);
      this.#answers.set(key, entry);
    }
  }

  /** How often each answer was given, and which were given to what ran ahead. */
  get tally(): Map<string, number> {
    const tally = new Map<string, number>();
    const count = (answer: string) => tally.set(answer, (tally.get(answer) ?? 0) + 1);
    for (const [key, { outcome, results }] of this.#answers) {
      const isAhead = outcome.kind === "success" && outcome.isAhead === true;
      for (const result of results) count(isAhead ? `${result} ahead` : result);
      if (!isAhead && this.#ahead.has(key)) count("claimed ahead");
    }
    return tally;
  }

  findViolations(state: State): string[] {
    const violations = [...this.#violations];
    const made = new Map(state.materializations.map((row) => [`${row.claimId}/${row.ordinal}`, row]));
    const failed = new Set(state.attempts.map((row) => `${row.claimId}/${row.ordinal}`));
    for (const [key, { results }] of this.#answers) {
      const changes = results.filter((result) => CHANGES.includes(result));
      if (changes.length > 1) violations.push(`step ${key} was settled twice: ${results.join()}`);
      const isPublished = made.has(key);
      const isFailed = failed.has(key);
      for (const result of results) {
        const isTrue = {
          published: isPublished,
          retrying: isFailed,
          failed: isFailed,
          already: isPublished || isFailed,
          fenced: changes.length > 0 || !isPublished,
          dropped: !isPublished && !isFailed,
          released: !isPublished && !isFailed,
          reused: !isPublished && !isFailed,
          checked: !isPublished && !isFailed,
          replaced: !isPublished && !isFailed,
          canceled: !isPublished && !isFailed,
        }[result];
        if (!isTrue)
          violations.push(`step ${key} was answered ${results.join()}: made ${isPublished}, failed ${isFailed}`);
      }
    }
    for (const { id } of state.claims)
      if (!this.#claims.has(id)) violations.push(`claim ${id} was given to a worker that does not know of it`);
    for (const [key, row] of made) {
      const answer = this.#answers.get(key);
      if (!this.#claims.has(row.claimId) && !this.#ahead.has(key))
        violations.push(`${key} was published for a claim that nobody was given`);
      if (answer?.results.some((result) => result === "published" || result === "already") !== true)
        violations.push(`${key} was published, and nobody was told`);
    }
    const madeBy = new Map(state.materializations.map((row) => [nameStep(row), row.claimId]));
    for (const [key, { reads }] of this.#ahead) {
      if (!made.has(key)) continue;
      for (const [step, claimId] of reads)
        if (madeBy.get(step) !== claimId)
          violations.push(`${key} read of ${step} what ${claimId} made, and nobody sees`);
    }
    for (const claim of this.#claims.values()) {
      for (const [ordinal, attempt] of claim.attempts)
        if (!claim.partitions.has(ordinal) || attempt < 2)
          violations.push(`claim ${claim.claimId}: attempt of ${ordinal}`);
    }
    return violations.map((violation) => `answersAreTrue: ${violation}`);
  }
}
