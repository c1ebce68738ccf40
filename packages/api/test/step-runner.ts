import { randomUUID } from "node:crypto";
import type { FailureCause } from "@heddle/core/internal";
import {
  claimSteps,
  executeCommand,
  registerWorker,
  settleSteps,
  type Claim,
  type Database,
  type StepOutcome,
} from "@heddle/storage";

type Success = StepOutcome & { readonly kind: "success" };

/** How one step ends. */
export interface StepEnd {
  readonly fails?: { readonly cause: FailureCause; readonly message: string };
  readonly checks?: Success["checks"];
  readonly dataVersion?: string;
  readonly inputs?: Success["inputs"];
}

export type Behaviour = (step: {
  readonly assetKey: string;
  readonly ordinal: number;
  readonly attempt: number;
}) => StepEnd;

const CAPACITY = 10_000;

/** A worker without processes: it claims and settles through the real transactions. */
export class StepRunner {
  readonly #db: Database;
  readonly workerId = randomUUID();

  private constructor(db: Database) {
    this.#db = db;
  }

  static async start(db: Database): Promise<StepRunner> {
    const runner = new StepRunner(db);
    await registerWorker(db, { id: runner.workerId, host: "test", pid: 1, slots: CAPACITY, leaseMs: 600_000 });
    return runner;
  }

  async admit(runId: number): Promise<void> {
    await executeCommand(this.#db, { kind: "admit_run", runId, maxAdmittedRuns: 100 });
  }

  async claim(capacity = CAPACITY): Promise<readonly Claim[]> {
    return claimSteps(this.#db, { workerId: this.workerId, capacity });
  }

  async settle(claims: readonly Claim[], behave: Behaviour = () => ({})): Promise<void> {
    const outcomes = claims.flatMap((claim) =>
      [...claim.partitions].map((ordinal) => outcomeOf(claim, ordinal, behave)),
    );
    await settleSteps(this.#db, { workerId: this.workerId, outcomes });
  }

  /** Admits a run and works until nothing of it can be claimed. */
  async finish(runId: number, behave?: Behaviour): Promise<void> {
    await this.admit(runId);
    for (let claims = await this.claim(); claims.length > 0; claims = await this.claim())
      await this.settle(claims, behave);
  }
}

const STARTED_AT = Date.UTC(2026, 0, 2, 3, 4, 5);

function outcomeOf(claim: Claim, ordinal: number, behave: Behaviour): StepOutcome {
  const { runId, assetId, claimId, assetKey } = claim;
  const place = { runId, assetId, claimId, ordinal };
  const {
    fails,
    checks = [],
    dataVersion = "data",
    inputs = [],
  } = behave({
    assetKey,
    ordinal,
    attempt: claim.attempts.get(ordinal) ?? 1,
  });
  if (fails !== undefined) {
    const error = { name: "Error", message: fails.message, stack: `Error: ${fails.message}\n    at weather.ts:3:1` };
    return { ...place, kind: "failure", cause: fails.cause, error, startedAt: STARTED_AT, checks };
  }
  const stored = {
    io: "json",
    objects: [{ key: `${assetKey}/${ordinal}/${claimId}`, bytes: 17, sha256: "ab".repeat(32) }],
    dataVersion,
  };
  const metadata = { rows: 3 };
  return {
    ...place,
    kind: "success",
    startedAt: STARTED_AT,
    durationMs: 40,
    stored,
    dataVersion,
    metadata,
    inputs,
    checks,
  };
}
