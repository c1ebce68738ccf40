import { HeddleError } from "@heddle/core";
import { serializeError } from "@heddle/core/internal";
import type { Database, Transaction, TransactionSql } from "../database.ts";
import { advanceSteps } from "./advance-steps.ts";
import { AssetChunks } from "./asset-chunks.ts";
import { ClaimChanges } from "./claim-changes.ts";
import { endRuns } from "./end-runs.ts";
import { flushWork } from "./flush-work.ts";
import { foreseeReads } from "./foresee.ts";
import { findRunGraphs, type StaticRun } from "./run-graphs.ts";
import { lockRuns, readChunks, readSteps, readWorkerClaims, type ClaimRow } from "./run-rows.ts";
import { RunWork } from "./run-work.ts";
import { Settlement } from "./settlement.ts";
import type { StepOutcome } from "./step-outcome.ts";

/** Workers that one sweep takes care of. */
const SWEEP_LIMIT = 100;
/** Looks at one worker: it may claim of yet another run until its lease is over, and not after that. */
const MAX_TRIES = 3;

/** Ids of workers whose lease is over, or who ended and left steps behind. */
export async function readLostWorkers(sql: TransactionSql): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from worker where ended_at is null and lease_until <= clock_timestamp()
    union
    select w.id from worker w join claim c on c.worker_id = w.id where w.ended_at is not null
    limit ${SWEEP_LIMIT}::integer`;
  return rows.map((row) => row.id);
}

/** Ends every worker whose lease is over; see {@link expireWorker}. Returns how many. */
export async function expireWorkers(db: Database): Promise<number> {
  let expired = 0;
  const lost = await db.read("readLostWorkers", ({ sql }) => readLostWorkers(sql));
  for (const workerId of lost) if (await expireWorker(db, workerId)) expired += 1;
  return expired;
}

/**
 * Ends a worker whose lease, by database time, is over: its steps are tried again or fail, and it can never publish or
 * claim again. Steps that a worker left behind when it ended in order are handed back at no cost. Does nothing for a
 * worker that is alive; safe to do from several daemons at once.
 *
 * @returns whether there was something to do
 */
export async function expireWorker(db: Database, workerId: string): Promise<boolean> {
  let runIds: readonly number[] = await db.read("readWorkerClaims", async ({ sql }) =>
    runIdsOf(await readWorkerClaims(sql, workerId)),
  );
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const graphs = await findRunGraphs(db, runIds);
    const known = new Set(runIds);
    const sweep = await db.transaction("expireWorker", (tx) => expire(tx, { workerId, known, graphs }), {
      isIdempotent: true,
    });
    if (sweep.kind === "done") return sweep.changed;
    runIds = sweep.runIds;
  }
  return false;
}

type Sweep =
  | { readonly kind: "done"; readonly changed: boolean }
  /** It holds steps of runs whose plans have to be read first; nothing was changed. */
  | { readonly kind: "plans_missing"; readonly runIds: readonly number[] };

const runIdsOf = (claims: readonly ClaimRow[]): number[] => [...new Set(claims.map((claim) => claim.runId))];

interface Expiry {
  readonly workerId: string;
  /** Runs whose plans were looked for. */
  readonly known: ReadonlySet<number>;
  readonly graphs: ReadonlyMap<number, StaticRun>;
}

async function expire({ sql }: Transaction, { workerId, known, graphs }: Expiry): Promise<Sweep> {
  const [worker] = await sql<{ hasEnded: boolean; isOver: boolean }[]>`
    select ended_at is not null as "hasEnded", lease_until <= clock_timestamp() as "isOver"
    from worker where id = ${workerId} for no key update`;
  if (worker === undefined || !(worker.hasEnded || worker.isOver)) return { kind: "done", changed: false };
  const held = await readWorkerClaims(sql, workerId);
  if (held.some(({ runId }) => !known.has(runId))) return { kind: "plans_missing", runIds: runIdsOf(held) };
  if (!worker.hasEnded) await sql`update worker set ended_at = clock_timestamp() where id = ${workerId}`;
  const work = new RunWork();
  work.addRuns(await lockRuns(sql, [...graphs.keys()]));
  // Read again under the lock of their runs: until then others may have taken them away.
  const claims = (await readWorkerClaims(sql, workerId)).filter((claim) => work.runs.has(claim.runId));
  if (claims.length === 0) return { kind: "done", changed: !worker.hasEnded };
  const outcomes = claims.flatMap((claim) => outcomesOf(claim, worker.hasEnded ? undefined : workerLost(workerId)));
  const foreseen = foreseeReads(graphs, outcomes);
  const assetChunks = new AssetChunks();
  const [chunks, steps] = await Promise.all([
    readChunks(sql, foreseen.chunks),
    readSteps(sql, foreseen.steps),
    assetChunks.lock(sql, foreseen.assetChunks),
  ]);
  work.addChunks(chunks);
  const lostTogether = claims.reduce((sum, claim) => sum + (claim.isChunk ? 1 : claim.partitions.size), 0);
  const settlement = new Settlement({ work, workerId, graphs, steps, assetChunks, lostTogether, random: Math.random });
  const changes = new ClaimChanges(claims);
  for (const outcome of outcomes) if (changes.take(outcome, workerId)) settlement.accept(outcome);
  if (changes.freedSlots.size > 0) work.notify("heddle_work");
  await advanceSteps(sql, work, settlement.apply());
  await endRuns(sql, work);
  await Promise.all([...settlement.write(sql), ...changes.write(sql), ...flushWork(sql, work)]);
  return { kind: "done", changed: true };
}

/** What becomes of the steps of a claim: lost with `error`, or handed back without one. */
function outcomesOf(claim: ClaimRow, error: HeddleError | undefined): StepOutcome[] {
  const failure = error === undefined ? undefined : serializeError(error);
  return [...claim.partitions].map((ordinal): StepOutcome => {
    const place = { runId: claim.runId, assetId: claim.assetId, claimId: claim.id, ordinal };
    if (failure === undefined) return { ...place, kind: "released" };
    return { ...place, kind: "failure", cause: "worker_lost", error: failure, startedAt: null, checks: [] };
  });
}

function workerLost(workerId: string): HeddleError {
  return new HeddleError("WORKER_LOST", "the worker that had taken this step did not renew its lease in time", {
    hint: "It died, was cut off or stood still. The step is tried again elsewhere.",
    details: { workerId },
  });
}
