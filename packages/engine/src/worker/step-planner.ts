import { HeddleError, isHeddleError } from "@heddle/core";
import {
  PartitionSet,
  partitionScheme,
  REUSE_REFUSALS,
  serializeError,
  type AssetSnapshot,
  type ReuseRefusal,
} from "@heddle/core/internal";
import {
  assetIdAt,
  findFreshPartitions,
  getCodeVersion,
  getRunGraph,
  readObservedVersions,
  readPreviousColumns,
  readStoredInputs,
  type Claim,
  type Database,
  type MaterializationInputs,
  type StepOutcome,
  type StoredInputs,
} from "@heddle/storage";
import { InputFinder, type ResolvedInput } from "../step/find-inputs.ts";
import { describeStep } from "./exit-cause.ts";
import { PlannedRun, type PlannedAsset, type ResolvedAsset } from "./planned-run.ts";
import { PromiseCache } from "./promise-cache.ts";
import type { LogFrame } from "./protocol.ts";
import { PublishedValues } from "./published-values.ts";
import { failedOutcome, placeOf } from "./step-outcome.ts";
import type { PoolStep } from "./step-lane.ts";

/** A step with everything that is needed to run and to settle it. */
export interface PlannedStep extends PoolStep {
  readonly claimId: number;
  /** Which materializations it reads. */
  readonly provenance: MaterializationInputs;
  /** The same for each partition of a chunk, by ordinal. */
  readonly provenances?: ReadonlyMap<number, MaterializationInputs>;
  /** Why it is made although its run skips what is up to date; left out where it skips nothing. */
  readonly refusal?: ReuseRefusal;
  /** Of a step that runs checks on what is stored: the run that made that. */
  readonly judgedRunId?: number;
  /** Of a step that looks at an external asset: the data version with which there is nothing to record. */
  readonly unchangedAt?: string;
}

/** What a part of a claim became: steps to run, and outcomes of those that cannot run. */
export interface PlannedClaim {
  readonly steps: PlannedStep[];
  readonly outcomes: StepOutcome[];
}

/** Caches are cut to this many entries: a worker sees runs come and go, and a snapshot may be large. */
const CACHE_LIMIT = 256;
const SNAPSHOT_LIMIT = 8;
/** Steps that are planned before the first of them are given out. */
const PART = 64;
/** Readers of one step that are looked at for one that can run ahead. */
const READER_LIMIT = 8;
/** Partitions that a step which runs ahead may read of one asset. */
const AHEAD_INPUT_LIMIT = 256;

/** Turns claims into steps: names partitions and finds the stored values that each step reads. */
export class StepPlanner {
  readonly #db: Database;
  readonly #snapshots = new PromiseCache<number, ReadonlyMap<string, AssetSnapshot>>(SNAPSHOT_LIMIT);
  readonly #runs = new PromiseCache<number, PlannedRun>(CACHE_LIMIT);
  readonly #published = new PublishedValues();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Plans a claim, part by part: while the first steps run, the others are planned. */
  async *plan(claim: Claim): AsyncGenerator<PlannedClaim, void> {
    const run = await this.#runs.get(claim.runId, () => this.#loadRun(claim));
    const asset = run.asset(claim.assetKey);
    if (asset.checks !== undefined) return yield* this.#planChecks(claim, asset, asset.checks);
    if (asset.snapshot.observed === true) return yield* this.#planObservations(claim, asset);
    this.#published.name(claim);
    const stored = await this.#findStored(claim, asset);
    const finder = new InputFinder(asset.inputs, stored);
    const verdicts = asset.isReused ? await this.#judgeReuse(claim, asset, stored) : NOBODY_ASKED;
    const isChunked = (asset.snapshot.chunk ?? null) !== null;
    if (claim.isChunk && !isChunked) throw chunkUnexpected(claim);
    let part: PlannedClaim = { steps: [], outcomes: [] };
    for (const ordinal of claim.partitions) {
      if (!claim.isChunk && part.steps.length + part.outcomes.length >= PART) {
        yield part;
        part = { steps: [], outcomes: [] };
        // What the first ones report is heard in between.
        await new Promise((resolve) => setImmediate(resolve));
      }
      const step = this.#step(claim, asset, ordinal);
      const refusal = verdicts.get(ordinal);
      if (refusal === null) {
        part.outcomes.push({ ...placeOf(step), kind: "fresh" });
        continue;
      }
      try {
        const planned = { ...step, ...finder.ofStep(step), ...(refusal !== undefined && { refusal }) };
        for (const made of isChunked && !claim.isChunk ? toChunk([planned], finder) : [planned]) part.steps.push(made);
      } catch (error) {
        part.outcomes.push(failedOutcome(step, { cause: "error", error: serializeError(error) }));
      }
    }
    yield claim.isChunk ? { ...part, steps: toChunk(part.steps, finder) } : part;
  }

  /** Plans steps that look at an external asset, part by part. */
  async *#planObservations(claim: Claim, asset: ResolvedAsset): AsyncGenerator<PlannedClaim, void> {
    const { environmentId, assetId } = claim;
    for (let rest = claim.partitions; !rest.isEmpty;) {
      const partitions = rest.take(PART);
      rest = rest.subtract(partitions);
      const known = await readObservedVersions(this.#db, { environmentId, assetId, partitions });
      const steps = [...partitions].map((ordinal) => {
        const { dataVersion = null, hasFailed = false } = known.get(ordinal) ?? {};
        // One that follows a failure is recorded, so that the asset no longer counts as failed.
        const isSkippable = asset.isReused && dataVersion !== null && !hasFailed;
        const step = { ...this.#step(claim, asset, ordinal), observes: { previous: dataVersion } };
        return isSkippable ? { ...step, unchangedAt: dataVersion } : step;
      });
      yield { steps, outcomes: [] };
    }
  }

  /** Plans steps that run checks on what is current, part by part. */
  async *#planChecks(claim: Claim, asset: ResolvedAsset, names: readonly string[]): AsyncGenerator<PlannedClaim, void> {
    const { space } = asset;
    const request = { assetKey: claim.assetKey, scheme: partitionScheme(space.spec) };
    for (let rest = claim.partitions; !rest.isEmpty;) {
      const partitions = rest.take(PART);
      rest = rest.subtract(partitions);
      const [current] = await readStoredInputs(this.#db, claim.environmentId, [{ ...request, partitions }]);
      const part: PlannedClaim = { steps: [], outcomes: [] };
      for (const ordinal of partitions) {
        const { previousColumns: _, ...step } = this.#step(claim, asset, ordinal);
        const found = current?.byOrdinal.get(ordinal);
        if (found === undefined) {
          part.outcomes.push(failedOutcome(step, { cause: "error", error: serializeError(nothingStored(step)) }));
          continue;
        }
        const { runId: judgedRunId, stored } = found;
        part.steps.push({ ...step, judgedRunId, checks: { names, stored } });
      }
      yield part;
    }
  }

  /**
   * Refuses a table whose columns do not agree with those of another partition of the same run, as far as this worker has
   * made it. What it stored is collected with what was abandoned.
   */
  judge(outcome: StepOutcome): StepOutcome {
    if (outcome.kind !== "success") return outcome;
    const error = this.#runs.peek(outcome.runId)?.judgeColumns(outcome) ?? null;
    if (error === null) return outcome;
    const { startedAt, checks } = outcome;
    return { ...placeOf(outcome), kind: "failure", cause: "error", error: serializeError(error), startedAt, checks };
  }

  /** Takes note of what was published, so that the steps of the same run that read it need not ask for it. */
  remember(outcome: StepOutcome): void {
    this.#published.add(outcome);
  }

  /**
   * Takes note of what is staged and checked, and not settled: steps that run ahead may read it. False when nothing of
   * the run reads it.
   */
  stage(outcome: StepOutcome): boolean {
    const run = this.#runs.peek(outcome.runId);
    const position = run?.positionOf(outcome.assetId);
    if (run === undefined || position === undefined || run.graph.outEdges(position).length === 0) return false;
    this.#published.stage(outcome);
    return true;
  }

  /** Forgets what was staged, because it will not be published. */
  unstage(outcome: StepOutcome): void {
    this.#published.unstage(outcome);
  }

  /**
   * Gives a step that reads `outcome`, which must be staged, and can run although that is not settled: all that it reads
   * was made by this worker for the same run. Nothing is asked of the database.
   *
   * @param options `claimId` is the id that was reserved for it; `isTaken` says which steps run or ran ahead already
   */
  planAhead(
    outcome: StepOutcome,
    options: { readonly claimId: number; readonly isTaken: (assetId: number, ordinal: number) => boolean },
  ): PlannedStep | undefined {
    const run = this.#runs.peek(outcome.runId);
    const position = run?.positionOf(outcome.assetId);
    if (run === undefined || position === undefined) return undefined;
    try {
      for (const edge of run.graph.outEdges(position)) {
        const asset = run.assetAt(edge.downstream);
        if (run.isPooled(asset.assetId) || !mayRunAhead(asset)) continue;
        const read = edge.mapping.downstreamOf(PartitionSet.of([outcome.ordinal]));
        for (const ordinal of read.intersect(run.graph.targets(edge.downstream)).take(READER_LIMIT)) {
          if (options.isTaken(asset.assetId, ordinal)) continue;
          const step = this.#planReader(run, asset, { ...outcome, claimId: options.claimId, ordinal });
          if (step !== undefined) return step;
        }
      }
    } catch {
      // What cannot be planned fails when it is claimed, and says why.
    }
    return undefined;
  }

  /** A step that reads nothing but what this worker has at hand; nothing when it reads anything else. */
  #planReader(
    { codeVersionId }: PlannedRun,
    asset: PlannedAsset,
    { runId, claimId, ordinal }: Pick<StepOutcome, "runId" | "claimId" | "ordinal">,
  ): PlannedStep | undefined {
    const stored: StoredInputs[] = [];
    for (const { upstream, mapping } of asset.inputs) {
      const { partitions } = mapping.upstreamOf(PartitionSet.of([ordinal]));
      if (partitions.size > AHEAD_INPUT_LIMIT) return undefined;
      const found = this.#published.findStaged(runId, { assetKey: upstream, partitions });
      if (found === undefined) return undefined;
      stored.push(found);
    }
    const { assetId, assetKey } = asset;
    const claim = { runId, claimId, assetId, assetKey, codeVersionId, attempts: FIRST_ATTEMPT };
    this.#published.name(claim);
    const step = this.#step(claim, asset, ordinal);
    return { ...step, ...new InputFinder(asset.inputs, stored).ofStep(step) };
  }

  /** What is there of each input: from what this worker has just published, as far as it is all of it. */
  async #findStored(claim: Claim, { inputs }: ResolvedAsset): Promise<StoredInputs[]> {
    const requests = inputs.map(({ upstream, scheme, mapping }) => ({
      assetKey: upstream,
      scheme,
      partitions: mapping.upstreamOf(claim.partitions).partitions,
    }));
    const known = requests.map((request) => this.#published.find(claim.runId, request));
    const unknown = requests.filter((_request, index) => known[index] === undefined);
    const read = unknown.length === 0 ? [] : await readStoredInputs(this.#db, claim.environmentId, unknown);
    return known.flatMap((found) => found ?? read.shift() ?? []);
  }

  /** Says of each partition of a claim whether it is up to date, and why not. */
  async #judgeReuse(claim: Claim, asset: ResolvedAsset, stored: readonly StoredInputs[]) {
    return findFreshPartitions(this.#db, {
      environmentId: claim.environmentId,
      assetId: claim.assetId,
      assetKey: claim.assetKey,
      partitions: claim.partitions,
      codeVersion: asset.snapshot.codeVersion,
      config: asset.config,
      takesConfig: (asset.snapshot.config ?? null) !== null,
      readsExternal: asset.readsExternal || asset.inputs.some((input, index) => isUnseen(input, claim, stored[index])),
      inputs: asset.inputs.flatMap(({ mapping }, index) => {
        const found = stored[index];
        const readBy = (ordinal: number) => mapping.upstreamOf(PartitionSet.of([ordinal])).partitions;
        return found === undefined ? [] : [{ stored: found, readBy }];
      }),
      codeVersionsOf: async (ids) => {
        const entries = await Promise.all(
          ids.map(async (id) => [id, await this.#codeVersionOf(id, claim.assetKey)] as const),
        );
        return new Map(entries.flatMap(([id, version]) => (version === undefined ? [] : [[id, version] as const])));
      },
    });
  }

  /** The code version of an asset in a version of the code; nothing when that is not kept any more. */
  async #codeVersionOf(codeVersionId: number, assetKey: string): Promise<string | undefined> {
    try {
      const snapshots = await this.#snapshots.get(codeVersionId, () => this.#loadSnapshot(codeVersionId));
      return snapshots.get(assetKey)?.codeVersion;
    } catch (error) {
      if (isHeddleError(error, "CODE_VERSION_MISSING")) return undefined;
      throw error;
    }
  }

  #step(claim: StepsToPlan, asset: ResolvedAsset, ordinal: number): PlannedStep {
    return {
      runId: claim.runId,
      claimId: claim.claimId,
      assetId: claim.assetId,
      assetKey: claim.assetKey,
      codeVersionId: claim.codeVersionId,
      isolation: asset.snapshot.isolation,
      ordinal,
      partitionKey: asset.snapshot.partitions === null ? null : asset.space.keyOf(ordinal),
      window: asset.space.windowOf(ordinal),
      attemptId: `${claim.runId}-${claim.claimId}`,
      fence: claim.claimId,
      attempt: claim.attempts.get(ordinal) ?? 1,
      timeoutMs: asset.snapshot.timeoutMs,
      ...(asset.snapshot.noProgressMs !== undefined && { noProgressMs: asset.snapshot.noProgressMs }),
      inputs: [],
      provenance: [],
      ...(asset.previousColumns !== undefined && { previousColumns: asset.previousColumns }),
      ...(asset.config !== undefined && { config: asset.config }),
    };
  }

  async #loadRun({ runId, codeVersionId, environmentId }: Claim): Promise<PlannedRun> {
    const [snapshots, run] = await Promise.all([
      this.#snapshots.get(codeVersionId, () => this.#loadSnapshot(codeVersionId)),
      getRunGraph(this.#db, runId),
    ]);
    const tables = run.graph.plan.assets.flatMap(({ key }, position) =>
      (snapshots.get(key)?.table ?? null) === null ? [] : [assetIdAt(run, position)],
    );
    const previousColumns = await readPreviousColumns(this.#db, environmentId, tables);
    return new PlannedRun({ runId, codeVersionId, previousColumns }, run, snapshots);
  }

  async #loadSnapshot(codeVersionId: number): Promise<ReadonlyMap<string, AssetSnapshot>> {
    const version = await getCodeVersion(this.#db, codeVersionId);
    if (version === undefined) {
      throw new HeddleError("CODE_VERSION_MISSING", `code version ${codeVersionId} is not in the database`, {
        hint: "Launch the run again with the current code.",
      });
    }
    return new Map(version.snapshot.assets.map((asset) => [asset.key, asset]));
  }
}

/** What steps take over from their claim. */
type StepsToPlan = Pick<Claim, "runId" | "claimId" | "assetId" | "assetKey" | "codeVersionId" | "attempts">;

const NOBODY_ASKED: ReadonlyMap<number, ReuseRefusal | null> = new Map();
const FIRST_ATTEMPT: Claim["attempts"] = new Map();

/**
 * Whether steps of an asset may run before they are claimed: not those that have a process of their own or make several
 * partitions, nor those whose value others could see before Heddle says so, nor those that may turn out to be up to date. (What counts against a pool never does: its
 * slots are counted from claims.)
 */
function mayRunAhead({ snapshot, inputs, isReused }: ResolvedAsset): boolean {
  const { isolation, chunk = null, publishesOutside = false } = snapshot;
  return !isReused && isolation === "shared" && chunk === null && !publishesOutside && inputs.length > 0;
}

/** Whether nobody knows in which version an external asset is read. */
function isUnseen(
  { isObserved, mapping }: ResolvedInput,
  { partitions }: Claim,
  stored: StoredInputs | undefined,
): boolean {
  return (
    isObserved &&
    [...mapping.upstreamOf(partitions).partitions].some((ordinal) => stored?.byOrdinal.has(ordinal) !== true)
  );
}

/** Makes one step of those that one call of the function makes; none of none. */
function toChunk(steps: readonly PlannedStep[], finder: InputFinder): PlannedStep[] {
  const [first] = steps;
  if (first === undefined) return [];
  const ordinals = PartitionSet.of(steps.map(({ ordinal }) => ordinal));
  return [
    {
      ...first,
      attempt: steps.reduce((highest, { attempt }) => Math.max(highest, attempt), 1),
      inputs: finder.ofChunk(ordinals),
      chunk: steps.map(({ ordinal, partitionKey, window, attempt }) => ({
        ordinal,
        key: partitionKey ?? "",
        window,
        attempt,
      })),
      left: new Set(ordinals),
      provenances: new Map(steps.map(({ ordinal, provenance }) => [ordinal, provenance])),
    },
  ];
}

function nothingStored(step: PlannedStep): HeddleError {
  return new HeddleError("STEP_INPUT_MISSING", `there is nothing to check: ${describeStep(step)} is not materialized`, {
    hint: "Materialize it: its checks run then, too.",
    details: { asset: step.assetKey, partition: step.partitionKey },
  });
}

function chunkUnexpected({ runId, assetKey }: Claim): HeddleError {
  return new HeddleError(
    "RUN_PLAN_INVALID",
    `run ${runId} makes several partitions of ${assetKey} at a time, and its function makes one`,
    { hint: "Launch the run again with the current code." },
  );
}

/** The first line of a step whose run would have skipped it, had it been up to date. */
export function notReused(refusal: ReuseRefusal): LogFrame {
  return { i: 0, t: Date.now(), l: "info", m: `made again because ${REUSE_REFUSALS[refusal]}` };
}
