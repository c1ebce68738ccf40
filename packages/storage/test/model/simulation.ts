import { isHeddleError } from "@heddle/core";
import { decide, isOpenRun, type AssetSnapshot } from "@heddle/core/internal";
import {
  beatWorker,
  cancelRun,
  createRun,
  endWorker,
  executeCommand,
  loadDaemonSnapshot,
  pauseRun,
  resumeRun,
  retryRun,
  settleAndClaim,
  type AttemptPlace,
  type Claim,
  type Database,
  type StepOutcome,
} from "@heddle/storage";
import { declare, fail, giveUp, startWorker, succeed } from "../fixtures/run-fixtures.ts";
import type { ProxyFault, TcpProxy } from "../support/index.ts";
import { runAhead, succeedAhead, type AheadWork } from "./ahead.ts";
import { findRegressions, findViolations } from "./invariants.ts";
import { Ledger } from "./ledger.ts";
import { readState, type State } from "./read-state.ts";
import { planLaunch, type Move, type Outcome, type Scenario } from "./scenario.ts";

/** Where a scenario takes place. */
export interface World {
  readonly db: Database;
  /** The same database by way of a proxy that can lose answers. */
  readonly faulty: Database;
  readonly proxy: TcpProxy;
}

/** The answer to the commit of a transaction that writes gets lost; the texts are those on the wire. */
const LOST_ANSWER: ProxyFault = { kind: "drop-reply", text: "commit\0", after: "read write" };
/** Rounds in which everything goes well, after which nothing may be left to do. */
const MAX_CALM_ROUNDS = 60;

/**
 * Plays a scenario on an empty state and looks after every turn whether all invariants hold; then lets every run end.
 *
 * @returns how often workers were given each answer
 * @throws when an invariant does not hold
 */
export async function simulate(world: World, scenario: Scenario): Promise<ReadonlyMap<string, number>> {
  await empty(world.db);
  await declare(world.db, scenario.assets);
  const simulation = new Simulation(world, scenario.assets);
  for (const moves of scenario.moves) {
    await Promise.all(moves.map((move) => simulation.make(move)));
    await simulation.check(moves.map((move) => JSON.stringify(move)).join(" + "));
  }
  await simulation.finish();
  return simulation.tally;
}

async function empty(db: Database): Promise<void> {
  await db.transaction("empty", async ({ sql }) => {
    await sql`
      truncate run, run_asset, run_chunk, claim, step, attempt, materialization, asset_partition, asset_chunk, check_result,
        event, worker, log_chunk, pool`;
  });
}

interface ModelWorker {
  readonly id: string;
  readonly db: Database;
  /** Ids that were reserved for it. */
  readonly ids: number[];
  /** Outcomes of what ran ahead, as they were published. */
  readonly aheadDone: StepOutcome[];
}

/** Ids that a worker reserves with each call. */
const RESERVE = 8;
/** What becomes of steps that can run ahead when all goes well: some run, some are over, some are left. */
const CALM_BITS = [0xff_ff, 0x5b_6d, 0, 0x77_77];

class Simulation {
  readonly #world: World;
  readonly #assets: readonly AssetSnapshot[];
  readonly #workers: ModelWorker[] = [];
  readonly #runIds: number[] = [];
  readonly #ledger = new Ledger();
  #before: State | undefined;

  constructor(world: World, assets: readonly AssetSnapshot[]) {
    this.#world = world;
    this.#assets = assets;
  }

  async make(move: Move): Promise<void> {
    const { db } = this.#world;
    switch (move.kind) {
      case "launch":
        return this.#launch(move);
      case "retry_run":
        return this.#retry(pick(this.#runIds, move.run));
      case "pause":
      case "resume":
      case "cancel": {
        const runId = pick(this.#runIds, move.run);
        if (runId === undefined) return;
        if (move.kind === "cancel") await cancelRun(db, runId, { force: move.run % 3 === 0 });
        else await { pause: pauseRun, resume: resumeRun }[move.kind](db, runId);
        return;
      }
      case "start_worker": {
        // The first worker's answers get lost at times.
        const id = await startWorker(db);
        this.#workers.push({ id, db: this.#workers.length === 0 ? this.#world.faulty : db, ids: [], aheadDone: [] });
        return;
      }
      case "beat":
      case "end_lease":
      case "end_worker":
        return this.#treatWorker(move);
      case "let_time_pass":
        return letTimePass(db);
      case "daemon":
        return this.#daemon();
      case "work":
        return this.#work(move);
    }
  }

  get tally(): ReadonlyMap<string, number> {
    return this.#ledger.tally;
  }

  /** @throws when anything is wrong, with all of it */
  async check(after: string): Promise<void> {
    const state = await readState(this.#world.db);
    const violations = [
      ...findViolations(state),
      ...this.#ledger.findViolations(state),
      ...(this.#before === undefined ? [] : findRegressions(this.#before, state)),
    ];
    this.#before = state;
    if (violations.length > 0) throw new Error(`after ${after}:\n  ${violations.join("\n  ")}`);
  }

  /** From here on all goes well: every run has to end. */
  async finish(): Promise<void> {
    const { db } = this.#world;
    for (const runId of this.#runIds) await resumeRun(db, runId);
    const workerId = await startWorker(db);
    await db.transaction("end leases", async ({ sql }) => {
      await sql`update worker set lease_until = clock_timestamp() where id <> ${workerId}`;
    });
    const worker: ModelWorker = { id: workerId, db, ids: [], aheadDone: [] };
    let held: readonly Claim[] = [];
    for (let round = 0; round < MAX_CALM_ROUNDS; round += 1) {
      await letTimePass(db);
      await this.#daemon();
      const claiming = await settleAndClaim(db, { workerId, outcomes: [], capacity: 1_000, reserve: RESERVE });
      this.#ledger.claimed(claiming.claims);
      worker.ids.push(...claiming.reserved);
      await this.check(`the claims of calm round ${round}`);
      const own = [...held, ...claiming.claims].flatMap((claim) => succeed(claim));
      const ahead = this.#runAhead(worker, CALM_BITS[round % CALM_BITS.length] ?? 0, own);
      const outcomes = [...own, ...ahead.done.map(succeedAhead)];
      const running = ahead.running.map(({ place }) => place);
      const settling = await settleAndClaim(db, { workerId, outcomes, ahead: running, capacity: 0 });
      this.#ledger.claimed(settling.claims);
      held = settling.claims;
      this.#ledger.settled(outcomes, settling.results);
      await this.check(`calm round ${round}`);
      if (this.#before?.runs.every((run) => !isOpenRun(run.status)) === true) return;
    }
    throw new Error(`after ${MAX_CALM_ROUNDS} rounds in which all went well, runs are still open`);
  }

  async #launch(move: Extract<Move, { kind: "launch" }>): Promise<void> {
    const plan = planLaunch(this.#assets, move);
    if (plan.total === 0) return;
    const { maxConcurrency, priority, originKey } = move;
    const made = await createRun(this.#world.db, {
      plan,
      origin: { kind: "manual" },
      originKey: originKey === null ? null : `key ${originKey}`,
      maxConcurrency,
      priority,
      environment: "production",
    });
    if (made.created) this.#runIds.push(made.runId);
  }

  async #retry(runId: number | undefined): Promise<void> {
    if (runId === undefined) return;
    try {
      const scopes = ["from_failure", "failed", "unfinished", "all"] as const;
      const only = scopes[(runId + this.#runIds.length) % scopes.length] ?? "failed";
      const made = await retryRun(this.#world.db, { runId, only });
      if (made.created) this.#runIds.push(made.runId);
    } catch (error) {
      if (!isHeddleError(error, "RUN_NOTHING_TO_RETRY") && !isHeddleError(error, "RUN_OPEN")) throw error;
    }
  }

  async #treatWorker(
    move: Extract<Move, { worker: number; kind: "beat" | "end_lease" | "end_worker" }>,
  ): Promise<void> {
    const worker = pick(this.#workers, move.worker);
    if (worker === undefined) return;
    const { db } = this.#world;
    if (move.kind === "beat") await beatWorker(db, { id: worker.id, leaseMs: 600_000 });
    else if (move.kind === "end_worker") await endWorker(db, worker.id);
    else {
      await db.transaction("end lease", async ({ sql }) => {
        await sql`update worker set lease_until = clock_timestamp() where id = ${worker.id}`;
      });
    }
  }

  async #daemon(): Promise<void> {
    const { db } = this.#world;
    for (const command of decide(await loadDaemonSnapshot(db), { maxAdmittedRuns: 3 }))
      await executeCommand(db, command);
  }

  #runAhead(worker: ModelWorker, bits: number, own: readonly AttemptPlace[]): AheadWork {
    const state = this.#before;
    if (state === undefined || bits === 0) return { done: [], running: [] };
    const ahead = runAhead({ state, own, ids: worker.ids, bits });
    this.#ledger.ranAhead([...ahead.done, ...ahead.running]);
    return ahead;
  }

  async #work(move: Extract<Move, { kind: "work" }>): Promise<void> {
    const worker = pick(this.#workers, move.worker);
    if (worker === undefined) return;
    const given = this.#ledger.stepsOf(worker.id, move.isRepeated);
    const [settled, unsettled] = [true, false].map((isSettled) =>
      given.filter((_, index) => (((move.settled >> (index % 16)) & 1) === 1) === isSettled),
    );
    const claimed = (settled ?? []).flatMap(({ claim, ordinal }, index) =>
      outcomeOf(claim, ordinal, { outcome: move.outcome, index }),
    );
    const own = claimed.filter(({ kind }) => kind === "success");
    const early = (unsettled ?? []).map(({ claim, ordinal }) => ({ ...claim, ordinal }));
    const ahead = this.#runAhead(worker, move.ahead, move.isTooEarly ? [...own, ...early] : own);
    const outcomes = [...claimed, ...ahead.done.map(succeedAhead), ...(move.isRepeated ? worker.aheadDone : [])];
    if (move.isAnswerLost && worker.db === this.#world.faulty) {
      this.#world.proxy.setFault(LOST_ANSWER);
    }
    try {
      const input = { workerId: worker.id, outcomes, capacity: move.capacity, reserve: RESERVE };
      const running = ahead.running.map(({ place }) => place);
      const { results, claims, reserved } = await settleAndClaim(worker.db, { ...input, ahead: running });
      worker.ids.push(...reserved);
      for (const [index, outcome] of outcomes.entries())
        if (outcome.kind === "success" && outcome.isAhead === true && results[index] === "published")
          worker.aheadDone.push(outcome);
      this.#ledger.claimed(claims, worker.id);
      this.#ledger.settled(outcomes, results);
    } finally {
      this.#world.proxy.setFault({ kind: "none" });
    }
  }
}

/** Every back-off is over, and so is the patience with workers that do not confirm a cancellation. */
async function letTimePass(db: Database): Promise<void> {
  await db.transaction("let time pass", async ({ sql }) => {
    await sql`select from run order by id for no key update`;
    await sql`update step set retry_at = clock_timestamp() where retry_at is not null`;
    await sql`update run set cancel_requested_at = clock_timestamp() - interval '1 minute' where status = 'canceling'`;
  });
}

const MIXED: readonly Outcome[] = ["success", "error", "released", "success", "oom"];

function outcomeOf(
  claim: Claim,
  ordinal: number,
  { outcome, index }: { outcome: Outcome; index: number },
): StepOutcome[] {
  switch (outcome) {
    case "success":
      return succeed(claim, [ordinal]);
    case "error":
    case "check":
    case "oom":
      return fail(claim, { cause: outcome, ordinals: [ordinal] });
    case "released":
    case "canceled":
      return giveUp(claim, outcome, [ordinal]);
    case "mixed":
      return outcomeOf(claim, ordinal, { outcome: MIXED[index % MIXED.length] ?? "success", index });
  }
}

function pick<T>(all: readonly T[], number: number): T | undefined {
  return all[number % Math.max(1, all.length)];
}
