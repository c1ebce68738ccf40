import { createHash, randomUUID } from "node:crypto";
import { resolvePartitions, type Definitions, type PartitionSpace } from "@heddle/core";
import { decide, PartitionSet, planRun, snapshotDefinitions } from "@heddle/core/internal";
import {
  claimSteps,
  createRun,
  executeCommand,
  getCurrentCode,
  getRunGraph,
  loadDaemonSnapshot,
  readAutomationEvaluations,
  readFreshness,
  readFreshnessHistory,
  registerCodeVersion,
  registerWorker,
  settleSteps,
  type AutomationEvaluationRow,
  type Claim,
  type Database,
  type StepOutcome,
} from "@heddle/storage";
import { createTestDatabase } from "@heddle/test-support";
import { AutomationLoop } from "../../src/daemon/automation/automation-loop.ts";

type Checks = (StepOutcome & { readonly kind: "success" })["checks"];

/** How one step of the world ends. */
export interface WorldStep {
  readonly fails?: boolean;
  /** Skipped, because its partition is up to date. */
  readonly isFresh?: boolean;
  /** @default data that there was not before */
  readonly dataVersion?: string;
  readonly checks?: Checks;
}

export interface WorldRun {
  readonly id: number;
  readonly status: string;
  readonly origin: { readonly kind: string; readonly [name: string]: unknown };
  /** Partition keys by asset. */
  readonly made: Readonly<Record<string, readonly string[]>>;
  /** Ids of the runs that it waits for. */
  readonly after: readonly number[];
}

/**
 * A deployment on a real database whose clock tests move, without processes: code is registered, steps are claimed and
 * settled by the real transactions, and rounds of evaluation are done when tests say so.
 */
export class AutomationTestWorld implements AsyncDisposable {
  readonly db: Database;
  readonly complaints: string[] = [];
  /** What the clock of the database is moved by, in milliseconds. */
  skewMs = 0;
  readonly #dispose: () => Promise<void>;
  readonly #workerId = randomUUID();
  #loop: AutomationLoop;
  #versions = 0;
  #spaces = new Map<string, () => PartitionSpace>();

  private constructor(db: Database, dispose: () => Promise<void>) {
    this.db = db;
    this.#dispose = dispose;
    this.#loop = this.loop();
  }

  static async create(): Promise<AutomationTestWorld> {
    const database = await createTestDatabase();
    const world = new AutomationTestWorld(database.db, async () => database[Symbol.asyncDispose]());
    const worker = { id: world.#workerId, host: "test", pid: 1, slots: 10_000, leaseMs: 3_600_000 };
    await registerWorker(database.db, worker);
    return world;
  }

  /** Another daemon's loop on the same database. */
  loop(db: Database = this.db): AutomationLoop {
    return new AutomationLoop({
      db: this.db,
      environment: "production",
      leading: () => db,
      skewMs: () => this.skewMs,
      log: {
        info() {},
        warn: (message) => this.complaints.push(message),
        error: (message, error) => this.complaints.push(`${message}: ${String(error)}`),
      },
    });
  }

  /** A process that knows nothing yet takes over. */
  restart(): void {
    this.#loop = this.loop();
  }

  get now(): number {
    return Date.now() + this.skewMs;
  }

  /** Moves the clock to an instant. */
  moveTo(instant: string | number): void {
    this.skewMs = (typeof instant === "number" ? instant : Date.parse(instant)) - Date.now();
  }

  async load(declared: Definitions, codeVersionOf: (key: string) => string = () => "1"): Promise<void> {
    const snapshot = snapshotDefinitions(declared, {
      codeVersionOf,
      projectDirectory: "/",
    });
    const text = JSON.stringify(snapshot);
    await registerCodeVersion(this.db, {
      location: "world",
      directory: "/",
      hash: createHash("sha256").update(text).digest("hex"),
      snapshot,
      bundle: new Uint8Array(),
    });
    this.#spaces = new Map(
      snapshot.assets.map(({ key, partitions }) => [
        key,
        () => resolvePartitions(partitions, { now: this.now + 86_400_000_000, dynamicKeys: () => [] }),
      ]),
    );
  }

  /** One round of evaluation. */
  async round(): Promise<number> {
    const waitMs = await this.#loop.round();
    if (this.complaints.length > 0) throw new Error(this.complaints.join("; "));
    return waitMs;
  }

  /** Rounds until nothing is left to do at once. */
  async settle(): Promise<void> {
    for (let rounds = 0; rounds < 20; rounds += 1) if ((await this.round()) > 0) return;
    throw new Error("conditions do not come to rest");
  }

  /** The same where a condition is expected to set off itself, which is complained of. */
  async settleLooping(): Promise<void> {
    for (let rounds = 0; rounds < 20; rounds += 1) if ((await this.#loop.round()) > 0) return;
  }

  /** Runs everything that is queued. */
  async work(behave: (asset: string, partition: string) => WorldStep = () => ({})): Promise<void> {
    for (let turns = 0; turns < 100; turns += 1) {
      for (const command of decide(await loadDaemonSnapshot(this.db))) await executeCommand(this.db, command);
      const claims = await claimSteps(this.db, { workerId: this.#workerId, capacity: 10_000 });
      if (claims.length === 0) return;
      const outcomes: StepOutcome[] = [];
      for (const claim of claims) {
        const { graph, positions } = await getRunGraph(this.db, claim.runId);
        const planned = graph.asset(positions.get(claim.assetId) ?? -1);
        const made =
          planned.checks === undefined
            ? this.#outcomes(claim, behave)
            : await this.#checked(claim, planned.checks, behave);
        outcomes.push(...made);
      }
      await settleSteps(this.db, { workerId: this.#workerId, outcomes });
    }
    throw new Error("steps go on for ever");
  }

  #outcomes(claim: Claim, behave: (asset: string, partition: string) => WorldStep): StepOutcome[] {
    const { runId, assetId, claimId, assetKey, partitions } = claim;
    return [...partitions].map((ordinal) => {
      const place = { runId, assetId, claimId, ordinal };
      const startedAt = Date.now();
      const {
        fails = false,
        isFresh = false,
        checks = [],
        dataVersion,
      } = behave(assetKey, this.keyOf(assetKey, ordinal));
      if (isFresh) return { ...place, kind: "fresh" };
      if (fails) {
        const error = { name: "Error", message: "no", stack: "Error: no" };
        return { ...place, kind: "failure", cause: "error", error, startedAt, checks };
      }
      this.#versions += 1;
      return {
        ...place,
        kind: "success",
        startedAt,
        durationMs: 1,
        stored: null,
        dataVersion: dataVersion ?? `v${this.#versions}`,
        metadata: null,
        inputs: [],
        checks,
      };
    });
  }

  /** What checks find that run by themselves: what is said of their asset, and that they pass where nothing is. */
  async #checked(
    { runId, assetId, claimId, assetKey, partitions }: Claim,
    names: readonly string[],
    behave: (asset: string, partition: string) => WorldStep,
  ): Promise<StepOutcome[]> {
    const pointers = await this.db.read("pointers", async ({ sql }) => [
      ...(await sql<{ ordinal: number; runId: number }[]>`
        select ordinal, run_id as "runId" from asset_partition where asset_id = ${assetId}`),
    ]);
    return [...partitions].map((ordinal): StepOutcome => {
      const place = { runId, assetId, claimId, ordinal };
      const { checks: found = [] } = behave(assetKey, this.keyOf(assetKey, ordinal));
      const checks = names.map((name) => found.find((check) => check.name === name) ?? passed(name));
      const judgedRunId = pointers.find((pointer) => pointer.ordinal === ordinal)?.runId ?? 0;
      const startedAt = Date.now();
      if (!checks.some((check) => check.blocking && !check.passed)) {
        return { ...place, kind: "checked", startedAt, durationMs: 1, judgedRunId, checks };
      }
      const error = { name: "Error", message: "does not pass", stack: "Error: does not pass" };
      return { ...place, kind: "failure", cause: "check", error, startedAt, judgedRunId, checks };
    });
  }

  keyOf(asset: string, ordinal: number): string {
    return this.#spaces.get(asset)?.().keyOf(ordinal) ?? "";
  }

  /** Every run, oldest first. */
  async runs(): Promise<WorldRun[]> {
    return this.db.read("runs", async ({ sql }) => {
      const rows = await sql<
        (Pick<WorldRun, "id" | "status" | "origin" | "after"> & { assets: { key: string; partitions: number[] }[] })[]
      >`select id, status, origin, after, plan -> 'assets' as assets from run order by id`;
      return rows.map(({ assets, ...run }) => ({
        ...run,
        made: Object.fromEntries(
          assets.map(({ key, partitions }) => [key, ordinalsOf(partitions).map((ordinal) => this.keyOf(key, ordinal))]),
        ),
      }));
    });
  }

  /** What conditions have had made, oldest run first. */
  async automated(): Promise<WorldRun["made"][]> {
    return (await this.runs()).flatMap(({ origin, made }) => (origin.kind === "condition" ? [made] : []));
  }

  async freshness(asset: string): Promise<string | undefined> {
    const rows = await this.db.read("freshness", (tx) => readFreshness(tx, { environmentId: 1, assets: [asset] }));
    return rows[0]?.state;
  }

  /** Changes of an asset's freshness, oldest first. */
  async freshnessHistory(asset: string): Promise<(readonly [string | null, string, number])[]> {
    const rows = await this.db.read("history", (tx) =>
      readFreshnessHistory(tx, { environmentId: 1, asset, limit: 100 }),
    );
    return rows.toReversed().map(({ from, to, at }) => [from, to, at] as const);
  }

  async events(kind: string): Promise<{ payload: unknown }[]> {
    return this.db.read("events", async ({ sql }) => [
      ...(await sql<{ payload: unknown }[]>`select payload from event where kind = ${kind} order by id`),
    ]);
  }

  /** Makes assets by hand: the one partition of those that have none. */
  launch(...keys: string[]): Promise<number> {
    return this.launchOf(new Map(keys.map((key) => [key, PartitionSet.of([0])])));
  }

  /** Makes partitions of assets by hand, as a launch does. */
  async launchOf(partitions: ReadonlyMap<string, PartitionSet>): Promise<number> {
    const code = await getCurrentCode(this.db, "world");
    if (code?.snapshot == null) throw new Error("no code is loaded");
    const { EMPTY } = PartitionSet;
    const plan = planRun({
      assets: code.snapshot.assets,
      selected: [...partitions.keys()],
      targets: { kind: "each", partitions },
      at: this.now,
      stateOf: () => ({ materialized: EMPTY, failed: EMPTY, stale: EMPTY, running: EMPTY }),
    });
    const { runId } = await createRun(this.db, { plan, origin: { kind: "manual" }, environment: "production" });
    return runId;
  }

  /** Evaluations of an asset's condition that are kept, the newest first. */
  evaluationsOf(asset: string): Promise<readonly AutomationEvaluationRow[]> {
    return this.db.read("evaluations", (tx) =>
      readAutomationEvaluations(tx, { environmentId: 1, asset, check: null, limit: 100 }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispose();
  }
}

function passed(name: string): Checks[number] {
  return { name, passed: true, severity: "error", blocking: false, description: null, metadata: null };
}

function ordinalsOf(ranges: readonly number[]): number[] {
  const ordinals: number[] = [];
  for (let at = 0; at < ranges.length; at += 2) {
    for (let ordinal = ranges[at] ?? 0; ordinal < (ranges[at + 1] ?? 0); ordinal += 1) ordinals.push(ordinal);
  }
  return ordinals;
}
