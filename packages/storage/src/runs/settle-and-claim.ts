import { randomUUID } from "node:crypto";
import { isHeddleError } from "@heddle/core";
import { STEP_STATUSES } from "@heddle/core/internal";
import { bundleStatements } from "../connection/bundle-statements.ts";
import type { Database, Transaction, TransactionSql } from "../database.ts";
import { adoptClaims, doubtClaims } from "./adopt-claims.ts";
import { advanceSteps } from "./advance-steps.ts";
import { AssetChunks } from "./asset-chunks.ts";
import { addAssetKeys } from "./asset-keys.ts";
import { ClaimChanges } from "./claim-changes.ts";
import { Claiming, readCandidates, readFirstClaimable, type ClaimWish } from "./claiming.ts";
import { endRuns } from "./end-runs.ts";
import { flushWork } from "./flush-work.ts";
import { foreseeReads, type Foreseen } from "./foresee.ts";
import { readJudged } from "./judged-partitions.ts";
import { findRunGraphs, type StaticRun } from "./run-graphs.ts";
import { type ClaimRow, lockRuns, lockWorker, readChunks, readClaims, readSteps, reserveClaimIds } from "./run-rows.ts";
import { RunWork } from "./run-work.ts";
import type { CapacityCandidate } from "./share-capacity.ts";
import { AheadSteps } from "./settle-ahead.ts";
import { findSettledBefore } from "./settled-before.ts";
import { applyDynamicChanges, limitDynamicChanges } from "./settle-dynamic.ts";
import { Settlement } from "./settlement.ts";
import type { AttemptPlace, Claim, OutcomeResult, StepOutcome } from "./step-outcome.ts";
import { placesOf, writeClaims, type ClaimRequest, type MadeClaim } from "./write-claims.ts";

/** What a worker has finished, and what it can take on. */
export interface SettleAndClaimInput extends ClaimWish {
  readonly outcomes: readonly StepOutcome[];
  /**
   * Steps that it runs ahead of their claims, on nothing but what it has settled and what it settles here. Each is
   * claimed, beyond `capacity`, under the id that was reserved for it; of one that has no claim afterwards nothing can be
   * published. @default none
   */
  readonly ahead?: readonly AttemptPlace[];
  /** How many ids to reserve for claims of steps that will run ahead. @default none */
  readonly reserve?: number;
}

export interface SettleAndClaimResult {
  /** What each outcome led to, in their order. */
  readonly results: readonly OutcomeResult[];
  readonly claims: readonly Claim[];
  /** Whether more can be claimed by asking again at once; else it is told by a notification. */
  readonly mayHaveMore: boolean;
  /** Ids that no claim has or will have, unless this worker runs a step ahead under it. */
  readonly reserved: readonly number[];
}

/** Transactions of one call: again when runs were held by others, or when it is not known what became of the last. */
const MAX_TRIES = 4;

/**
 * Settles what a worker has finished and claims what it can take on, in one transaction: a chain of steps costs one
 * commit each. Everything that follows from an outcome happens here, too: materializations become current, failures are
 * recorded and retried or not, downstream steps become ready or are skipped, runs end. The number of statements does not
 * depend on the number of outcomes.
 *
 * Fenced: a step is settled only by the worker whose claim holds it, and only until that worker is ended; with a lease
 * that is over, by database time, it claims nothing more.
 * Idempotent: what was settled before by the same claim is answered with `already`; so after `DATABASE_OUTCOME_UNKNOWN`
 * it tries again by itself, and finds the claims that nobody told it of.
 */
export function settleAndClaim(db: Database, input: SettleAndClaimInput): Promise<SettleAndClaimResult> {
  return settle(db, input, async () => {
    const adopted = await adoptClaims(db, input.workerId);
    // Whoever settles steps of a claim was told of it, by whatever way.
    const known = new Set(adopted.length === 0 ? [] : input.outcomes.map((outcome) => outcome.claimId));
    return adopted.filter(({ claimId }) => !known.has(claimId));
  });
}

/** Settles what a worker has finished; see {@link settleAndClaim}. */
export async function settleSteps(
  db: Database,
  input: { readonly workerId: string; readonly outcomes: readonly StepOutcome[] },
): Promise<{ readonly results: readonly OutcomeResult[] }> {
  // Claims in doubt are left to the next call that can hand them over.
  const { results } = await settle(db, { ...input, capacity: 0 }, async () => []);
  return { results };
}

/** Claims ready steps for a worker; see {@link settleAndClaim}. */
export async function claimSteps(db: Database, wish: ClaimWish): Promise<readonly Claim[]> {
  const { claims } = await settleAndClaim(db, { ...wish, outcomes: [] });
  return claims;
}

/** @param adopt gives the claims of which the worker was never told */
async function settle(
  db: Database,
  input: SettleAndClaimInput,
  adopt: () => Promise<readonly MadeClaim[]>,
): Promise<SettleAndClaimResult> {
  const made = [...(await adopt())];
  const graphs = await findRunGraphs(
    db,
    [...input.outcomes, ...(input.ahead ?? [])].map(({ runId }) => runId),
  );
  let results: readonly OutcomeResult[] | undefined;
  let mayHaveMore = false;
  let reserved: readonly number[] = [];
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const capacity = Math.max(0, input.capacity - made.reduce((sum, claim) => sum + placesOf(claim), 0));
    const request = { workerId: input.workerId, requestId: randomUUID() };
    // Once the outcomes are settled, only what others held at that moment is asked for again.
    const { outcomes, ahead = [], reserve = 0 } = results === undefined ? input : NOTHING;
    const part = { ...input, capacity, request, outcomes, ahead, reserve };
    try {
      const done = await db.transaction("settleAndClaim", (tx) => run(tx, graphs, part), { pinPlans: true });
      if (results === undefined) ({ results, reserved } = done);
      made.push(...done.made);
      ({ mayHaveMore } = done);
      if (!done.metLocks) break;
    } catch (error) {
      if (!isHeddleError(error, "DATABASE_OUTCOME_UNKNOWN")) throw error;
      if (capacity > 0) doubtClaims(db, request);
      if (tries + 1 === MAX_TRIES) throw error;
      made.push(...(await adopt()));
    }
  }
  // A claim of a call in doubt may have been found by this one, too.
  const distinct = [...new Map(made.map((claim) => [claim.claimId, claim])).values()];
  return { results: results ?? [], claims: await addAssetKeys(db, distinct), mayHaveMore, reserved };
}

const NOTHING: Pick<SettleAndClaimInput, "outcomes" | "ahead" | "reserve"> = { outcomes: [] };

/** One transaction of a call. */
interface SettlementPart extends SettleAndClaimInput {
  readonly request: ClaimRequest;
  readonly ahead: readonly AttemptPlace[];
  readonly reserve: number;
}

interface Outcome {
  readonly results: readonly OutcomeResult[];
  readonly reserved: readonly number[];
  readonly made: readonly MadeClaim[];
  readonly metLocks: boolean;
  readonly mayHaveMore: boolean;
}

async function run(tx: Transaction, graphs: ReadonlyMap<number, StaticRun>, input: SettlementPart): Promise<Outcome> {
  const { sql } = tx;
  const { outcomes, workerId } = input;
  const work = new RunWork();
  const assetChunks = new AssetChunks();
  const foreseen = foreseeReads(graphs, outcomes, input.ahead);
  // The worker's row first, then the runs: the order of locks. All of it is one round trip, and what is read under the
  // locks is one statement.
  const reads = bundleStatements(sql, { bytes: SET_COLUMNS });
  const [worker, runs, held, look, reserved] = await Promise.all([
    lockWorker(sql, workerId),
    foreseen.runIds.length === 0 ? [] : lockRuns(sql, foreseen.runIds),
    readSettled(reads, foreseen, assetChunks),
    lookForWork(reads, foreseen, input),
    input.reserve > 0 ? reserveClaimIds(reads, input.reserve) : [],
  ]);
  if (!worker.ownsClaims) {
    return { results: await judgeUnowned(sql, outcomes), reserved: [], made: [], metLocks: false, mayHaveMore: false };
  }
  work.addRuns(runs);
  work.addChunks(held.chunks);
  const judged = await readJudged(sql, graphs, outcomes);
  const settlement = new Settlement({ ...input, work, graphs, steps: held.steps, assetChunks, judged, ...OF_WORKER });
  const claims = new ClaimChanges(held.claims);
  const ahead = new AheadSteps({ work, settlement, claims, mayClaim: worker.mayClaim });
  const fitting = await limitDynamicChanges(sql, outcomes);
  const results = fitting.map((outcome) => (claims.take(outcome, workerId) ? settlement.accept(outcome) : undefined));
  await advanceSteps(sql, work, settlement.apply());
  await ahead.settle(sql, outcomes, results);
  await applyDynamicChanges(sql, work, settlement.dynamicChanges);
  const running = await ahead.claim(sql, input.ahead);
  const wish = worker.mayClaim ? input : { ...input, capacity: 0 };
  const { freedSlots } = claims;
  // Steps of other runs, on other workers, may wait for them.
  if (freedSlots.size > 0) work.notify("heddle_work");
  const candidates = adjust(look.candidates, work, { claims, ahead });
  const claiming = new Claiming(sql, work, { wish, candidates, freedSlots });
  claiming.prefetch(foreseen.runIds, look.chunks);
  const taken = await claiming.take();
  await endRuns(sql, work);
  // Everything is written by one statement, with `commit` right behind it, unless something is to be read after it.
  const isLast = !results.includes(undefined);
  const writes = bundleStatements(sql, { bytes: ["chunk"], ...(isLast && { onSent: tx.commit }) });
  const [made] = await Promise.all([
    writeClaims(writes, work, {
      request: input.request,
      taken: [...running, ...taken.steps],
      changedSteps: settlement.changedSteps,
    }),
    ...settlement.write(writes),
    ...claims.write(writes),
    ...flushWork(writes, work),
  ]);
  const before = await findUnowned(sql, outcomes, results);
  return {
    results: results.map((result, index) => {
      const missed = outcomes[index]?.kind === "success" && outcomes[index].isAhead === true ? "dropped" : "fenced";
      return result ?? (before.has(index) ? "already" : missed);
    }),
    reserved,
    made: [...made, ...claimedBefore(work, held.claims, input)],
    metLocks: taken.metLocks,
    mayHaveMore: taken.mayHaveMore,
  };
}

/** How a worker's own outcomes are judged. */
const OF_WORKER = { lostTogether: 1, random: Math.random };

/** Steps that run ahead, are not settled here, and were claimed by a call in doubt. */
function claimedBefore(
  work: RunWork,
  held: readonly ClaimRow[],
  { ahead, workerId, outcomes }: Pick<SettlementPart, "ahead" | "workerId" | "outcomes">,
): MadeClaim[] {
  if (ahead.length === 0) return [];
  const ids = new Set(ahead.map(({ claimId }) => claimId));
  for (const { claimId } of outcomes) ids.delete(claimId);
  const own = held.filter((claim) => claim.workerId === workerId && ids.has(claim.id));
  return own.map(({ id, runId, assetId, partitions, isChunk }) => {
    const { codeVersionId, environmentId } = work.run(runId);
    return { claimId: id, runId, assetId, codeVersionId, environmentId, partitions, isChunk, attempts: new Map() };
  });
}

/** Columns that hold sets of partitions. */
const SET_COLUMNS: readonly string[] = ["partitions", "materialized", "checkFailed", ...STEP_STATUSES];

/** Reads what will be needed of the runs of the outcomes, which are locked, and locks the partitions. */
async function readSettled(sql: TransactionSql, foreseen: Foreseen, assetChunks: AssetChunks) {
  const { runIds, claimIds, chunks, steps } = foreseen;
  if (runIds.length === 0) return { claims: [], chunks: [], steps: [] };
  const [claims, chunkRows, stepRows] = await Promise.all([
    readClaims(sql, claimIds),
    readChunks(sql, chunks),
    readSteps(sql, steps),
    assetChunks.lock(sql, foreseen.assetChunks),
  ]);
  return { claims, chunks: chunkRows, steps: stepRows };
}

/** Looks for runs with something to claim, and reads what the runs of the outcomes have. */
async function lookForWork(sql: TransactionSql, { runIds }: Foreseen, wish: ClaimWish) {
  if (wish.capacity <= 0) return { candidates: [], chunks: [] };
  const [candidates, chunks] = await Promise.all([
    readCandidates(sql, wish, runIds),
    runIds.length > 0 ? readFirstClaimable(sql, runIds) : [],
  ]);
  return { candidates, chunks };
}

/** What was read before the outcomes were settled, as it is now. */
function adjust(
  candidates: readonly CapacityCandidate[],
  work: RunWork,
  { claims, ahead }: { readonly claims: ClaimChanges; readonly ahead: AheadSteps },
): CapacityCandidate[] {
  return candidates
    .filter(({ runId }) => (work.runs.get(runId)?.status ?? "running") === "running")
    .map(({ running, ...candidate }) => {
      const { runId } = candidate;
      return { ...candidate, running: running - claims.countFreed(runId) + ahead.countClaimed(runId) };
    });
}

/** A worker that was ended owns nothing; still it may ask what became of what it settled before. */
async function judgeUnowned(sql: TransactionSql, outcomes: readonly StepOutcome[]): Promise<OutcomeResult[]> {
  const before = await findUnowned(sql, outcomes, []);
  return outcomes.map((_outcome, index) => (before.has(index) ? "already" : "fenced"));
}

/** Indices of the outcomes without a result that were settled before. */
async function findUnowned(
  sql: TransactionSql,
  outcomes: readonly StepOutcome[],
  results: readonly (OutcomeResult | undefined)[],
): Promise<Set<number>> {
  const indices = outcomes.flatMap((_outcome, index) => (results[index] === undefined ? [index] : []));
  if (indices.length === 0) return new Set();
  const before = await findSettledBefore(
    sql,
    indices.flatMap((index) => outcomes[index] ?? []),
  );
  return new Set(indices.filter((_outcome, at) => before.has(at)));
}
