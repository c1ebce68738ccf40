import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decide, PartitionSet, planRun, type AssetSnapshot } from "@heddle/core/internal";
import { AutomationLoop } from "@heddle/engine/daemon";
import {
  claimSteps,
  createRun,
  executeCommand,
  loadDaemonSnapshot,
  migrate,
  openDatabase,
  registerCodeVersion,
  registerWorker,
  settleSteps,
  type Claim,
  type Database,
  type StepOutcome,
  type Transaction,
} from "@heddle/storage";
import { startEmbeddedServer } from "@heddle/storage/embedded";
import { ASSETS, CHANGED, daysAt, GRAPH, nearEndOf, sourcesOf } from "./automated-assets.ts";
import { median, round, type Benchmark } from "./benchmark.ts";
import { calibrate } from "./calibration.ts";

const QUIET_ROUNDS = 21;
const CHANGED_ROUNDS = 5;
/** Target of a round in which something has changed, in milliseconds. */
const CHANGED_TARGET_MS = 300;

/**
 * B8: what a daemon does for 5,000 assets with `eager()` in a real database, from the first question to the last commit:
 * reading, evaluating, and writing what conditions remember, explanations and runs.
 */
export const automationTick: Benchmark = {
  name: "b8",
  description: `one tick of automation over ${ASSETS} assets, nothing changed`,
  unit: "ms",
  target: 100,
  async measure() {
    const directory = mkdtempSync(join(tmpdir(), "heddle-b8-"));
    try {
      await using server = await startEmbeddedServer({ directory });
      await using db = await openDatabase({ url: server.url, applicationName: "heddle-bench" });
      await migrate(db);
      const world = await BenchWorld.create(db);
      const first = await world.tick();
      await world.settle();
      const quiet = [];
      for (let index = 0; index < QUIET_ROUNDS; index += 1) quiet.push(await world.tick());
      const ofQuiet = middle(quiet);
      const changed = await world.changes(nearEndOf);
      const cascade = await world.changes(sourcesOf);
      return {
        value: ofQuiet.ms,
        parameters: {
          assets: ASSETS,
          quiet: ofQuiet,
          /** As many assets have changed, and two others read each of them. */
          changed: { assets: CHANGED, ...changed, target: CHANGED_TARGET_MS, ok: changed.ms <= CHANGED_TARGET_MS },
          /** As many have changed all over the graph, and everything behind them follows. */
          cascade: { assets: CHANGED, ...cascade },
          /** A process that has just started: everything is read, compiled and evaluated. */
          first,
        },
        calibration: await calibrate(server.url),
      };
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

interface Tick {
  readonly ms: number;
  readonly cpuMs: number;
  readonly statements: number;
}

function middle(ticks: readonly Tick[]): Tick {
  const of = (figure: keyof Tick) => round(median(ticks.map((tick) => tick[figure])));
  return { ms: of("ms"), cpuMs: of("cpuMs"), statements: of("statements") };
}

/** A deployment without processes: steps end well by the transactions of a worker. */
class BenchWorld {
  readonly #db: Database;
  readonly #loop: AutomationLoop;
  readonly #workerId = randomUUID();
  #statements = 0;
  #versions = 0;
  #found: unknown;
  #runs = 0;

  private constructor(db: Database) {
    this.#db = db;
    const counted: Database = {
      ...db,
      read: (name, fn, options) => db.read(name, (tx) => fn(this.#count(tx)), options),
      transaction: (name, fn, options) => db.transaction(name, (tx) => fn(this.#count(tx)), options),
    };
    this.#loop = new AutomationLoop({
      db: counted,
      environment: "production",
      leading: () => counted,
      log: {
        info: (_message, fields) => (this.#found = fields),
        warn: (message) => console.error(message),
        error(message, error) {
          throw new Error(message, { cause: error });
        },
      },
    });
  }

  static async create(db: Database): Promise<BenchWorld> {
    const snapshot = { version: 1, assets: GRAPH, checks: [], resources: [], schedules: [], sensors: [] };
    await registerCodeVersion(db, {
      location: "bench",
      directory: "/",
      hash: createHash("sha256").update("b8").digest("hex"),
      // Only assets matter here; what else a project declares is empty.
      snapshot: snapshot as unknown as Parameters<typeof registerCodeVersion>[1]["snapshot"],
      bundle: new Uint8Array(),
    });
    const world = new BenchWorld(db);
    await registerWorker(db, { id: world.#workerId, host: "bench", pid: 1, slots: 100_000, leaseMs: 3_600_000 });
    // Everything is there, years of days as well as the newest.
    await world.#fill();
    return world;
  }

  /** Fragments are built, too, and never executed by themselves: afterwards it is known which were. */
  #count(tx: Transaction): Transaction {
    const built: { readonly executed?: boolean }[] = [];
    const sql = new Proxy(tx.sql, {
      apply: (target, self, parameters) => {
        const statement = Reflect.apply(target, self, parameters) as { readonly executed?: boolean };
        built.push(statement);
        return statement;
      },
    });
    this.#built.push(built);
    return { ...tx, sql };
  }

  readonly #built: { readonly executed?: boolean }[][] = [];

  /** One round of the daemon's loop. */
  async tick(): Promise<Tick> {
    this.#built.length = 0;
    const cpu = process.cpuUsage();
    const began = performance.now();
    await this.#loop.round();
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    this.#statements = this.#built.flat().filter(({ executed }) => executed === true).length;
    return { ms: round(ms), cpuMs: round((user + system) / 1_000), statements: this.#statements };
  }

  async settle(): Promise<void> {
    for (let rounds = 0; rounds < 50; rounds += 1) if ((await this.#loop.round()) > 0) return;
  }

  /** What ticks cost that see other data of the assets that a function names. */
  async changes(sources: (round: number) => readonly string[]) {
    const ticks = [];
    this.#runs = 0;
    for (let index = 0; index < CHANGED_ROUNDS; index += 1) ticks.push(await this.#change(sources(index)));
    // With the assets that runs were asked for, and conditions that were evaluated.
    return { ...middle(ticks), runs: this.#runs / CHANGED_ROUNDS, found: this.#found };
  }

  /** Lets assets get other data, measures the tick that sees it, and brings everything to rest. */
  async #change(keys: readonly string[]): Promise<Tick> {
    await this.#launch(keys);
    await this.#work();
    const before = await this.#countRuns();
    const tick = await this.tick();
    this.#runs += (await this.#countRuns()) - before;
    for (let turns = 0; turns < 20; turns += 1) {
      await this.settle();
      if (!(await this.#work())) break;
    }
    await this.settle();
    return tick;
  }

  async #countRuns(): Promise<number> {
    const [row] = await this.#db.read(
      "count runs",
      ({ sql }) => sql<{ count: number }[]>`select count(*)::integer as count from run`,
    );
    return row?.count ?? 0;
  }

  async #launch(keys: readonly string[]): Promise<void> {
    const at = Date.now();
    const newest = daysAt(at).takeLast(1);
    const assets = new Map<string, AssetSnapshot>(GRAPH.map((asset) => [asset.key, asset]));
    const { EMPTY } = PartitionSet;
    const partitions = new Map(
      keys.map((key) => [key, assets.get(key)?.partitions === null ? PartitionSet.of([0]) : newest]),
    );
    const plan = planRun({
      assets: GRAPH,
      selected: keys,
      targets: { kind: "each", partitions },
      at,
      stateOf: () => ({ materialized: EMPTY, failed: EMPTY, stale: EMPTY, running: EMPTY }),
    });
    await createRun(this.#db, { plan, origin: { kind: "bench" }, environment: "production" });
  }

  /** Ends all steps well. Says whether there were any. */
  async #work(): Promise<boolean> {
    for (let hasWorked = false; ; hasWorked = true) {
      for (const command of decide(await loadDaemonSnapshot(this.#db))) await executeCommand(this.#db, command);
      const claims = await claimSteps(this.#db, { workerId: this.#workerId, capacity: 10_000 });
      if (claims.length === 0) return hasWorked;
      await settleSteps(this.#db, {
        workerId: this.#workerId,
        outcomes: claims.flatMap((claim) => this.#outcomes(claim)),
      });
    }
  }

  #outcomes({ runId, assetId, claimId, partitions }: Claim): StepOutcome[] {
    return [...partitions].map((ordinal) => ({
      runId,
      assetId,
      claimId,
      ordinal,
      kind: "success",
      startedAt: Date.now(),
      durationMs: 1,
      stored: null,
      dataVersion: `v${(this.#versions += 1)}`,
      metadata: null,
      inputs: [],
      checks: [],
    }));
  }

  async #fill(): Promise<void> {
    const days = daysAt(Date.now());
    const one = PartitionSet.of([0]);
    await this.#db.transaction("fill", async ({ sql }) => {
      const rows = await sql<{ id: number; isCut: boolean }[]>`
        select id, definition -> 'partitions' <> 'null' as "isCut" from asset`;
      const chunks = rows.flatMap(({ id, isCut }) =>
        [...(isCut ? days : one).chunks()].map((chunk) => ({ id, ...chunk })),
      );
      const empty = PartitionSet.EMPTY.encode();
      await sql`
        insert into asset_chunk (environment_id, asset_id, chunk, materialized, failed)
        select 1, k.id, k.chunk, k.made, ${empty}::bytea
        from unnest(
          ${chunks.map(({ id }) => id)}::integer[], ${chunks.map(({ chunk }) => chunk)}::integer[],
          ${chunks.map(({ set }) => set.encode())}::bytea[]
        ) as k (id, chunk, made)`;
    });
  }
}
