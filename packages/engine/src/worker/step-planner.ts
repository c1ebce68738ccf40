import {
  HeddleError,
  PartitionSet,
  createPartitionSpaces,
  serializeError,
  type AssetSnapshot,
  type JsonValue,
  type PartitionsSpec,
  type PartitionSpace,
  type PartitionSpaces,
} from "@heddle/core";
import {
  getCodeVersion,
  readRunPlan,
  readStoredInputs,
  type Claim,
  type Database,
  type MaterializationInputs,
  type StepOutcome,
  type StoredInputs,
} from "@heddle/storage";
import { InputFinder, resolveInputs, type ResolvedInput } from "../step/find-inputs.ts";
import { PromiseCache } from "./promise-cache.ts";
import { PublishedValues } from "./published-values.ts";
import { failedOutcome } from "./step-outcome.ts";
import type { PoolStep } from "./step-lane.ts";

/** A step with everything that is needed to run and to settle it. */
export interface PlannedStep extends PoolStep {
  readonly claimId: number;
  /** Which materializations it reads. */
  readonly provenance: MaterializationInputs;
  /** The same for each partition of a chunk, by ordinal. */
  readonly provenances?: ReadonlyMap<number, MaterializationInputs>;
}

/** What a claim became: steps to run, and outcomes of those that cannot run. */
export interface PlannedClaim {
  readonly steps: PlannedStep[];
  readonly outcomes: StepOutcome[];
}

/** An asset within one run. */
interface ResolvedAsset {
  readonly snapshot: AssetSnapshot;
  readonly space: PartitionSpace;
  readonly inputs: readonly ResolvedInput[];
  /** What the run states for it. */
  readonly config: JsonValue | undefined;
}

/** What the plan of a run fixes. */
interface RunFacts {
  readonly spaces: PartitionSpaces;
  readonly specs: ReadonlyMap<string, PartitionsSpec | null>;
  readonly configs: ReadonlyMap<string, JsonValue>;
}

/** Caches are cut to this many entries: a worker sees runs come and go, and a snapshot may be large. */
const CACHE_LIMIT = 256;
const SNAPSHOT_LIMIT = 8;

/** Turns claims into steps: names partitions and finds the stored values that each step reads. */
export class StepPlanner {
  readonly #db: Database;
  readonly #snapshots = new PromiseCache<number, ReadonlyMap<string, AssetSnapshot>>(SNAPSHOT_LIMIT);
  readonly #runs = new PromiseCache<number, RunFacts>(CACHE_LIMIT);
  readonly #assets = new PromiseCache<string, ResolvedAsset>(CACHE_LIMIT);
  readonly #published = new PublishedValues();

  constructor(db: Database) {
    this.#db = db;
  }

  async plan(claim: Claim): Promise<PlannedClaim> {
    const asset = await this.#asset(claim);
    this.#published.name(claim);
    const finder = new InputFinder(asset.inputs, await this.#findStored(claim, asset));
    const steps: PlannedStep[] = [];
    const outcomes: StepOutcome[] = [];
    for (const ordinal of claim.partitions) {
      const step = this.#step(claim, asset, ordinal);
      try {
        const { inputs, provenance } = finder.ofStep(step);
        steps.push({ ...step, inputs, provenance });
      } catch (error) {
        outcomes.push(failedOutcome(step, { cause: "error", error: serializeError(error) }));
      }
    }
    if ((asset.snapshot.chunk ?? null) === null) {
      if (claim.isChunk) throw chunkUnexpected(claim);
      return { steps, outcomes };
    }
    const chunks = claim.isChunk ? [steps] : steps.map((step) => [step]);
    return { steps: chunks.flatMap((chunk) => toChunk(chunk, finder)), outcomes };
  }

  /** Takes note of what was published, so that the steps of the same run that read it need not ask for it. */
  remember(outcome: StepOutcome): void {
    this.#published.add(outcome);
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

  #step(claim: Claim, asset: ResolvedAsset, ordinal: number): PlannedStep {
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
      inputs: [],
      provenance: [],
      ...(asset.config !== undefined && { config: asset.config }),
    };
  }

  #asset(claim: Claim): Promise<ResolvedAsset> {
    return this.#assets.get(`${claim.runId}/${claim.assetKey}`, async () => {
      const [assets, { spaces, specs, configs }] = await Promise.all([
        this.#snapshots.get(claim.codeVersionId, () => this.#loadSnapshot(claim.codeVersionId)),
        this.#runs.get(claim.runId, () => this.#loadRun(claim.runId)),
      ]);
      const snapshot = assets.get(claim.assetKey);
      if (snapshot === undefined) {
        throw new HeddleError(
          "ASSET_UNKNOWN",
          `run ${claim.runId} names ${claim.assetKey}, which its code version does not declare`,
        );
      }
      // What the run makes is cut as its plan says, everything else as the code version does.
      const spaceOf = (key: string): PartitionSpace => {
        const planned = specs.get(key);
        return spaces.spaceOf(planned === undefined ? (assets.get(key)?.partitions ?? null) : planned);
      };
      const space = spaceOf(claim.assetKey);
      const inputs = resolveInputs(snapshot, { assets, spaceOf, spaces });
      return { snapshot, space, inputs, config: configs.get(claim.assetKey) };
    });
  }

  /** Resolved at the instant of the plan, not now: what exists for a run was settled when it was planned. */
  async #loadRun(runId: number): Promise<RunFacts> {
    const { at, dynamicKeys, assets } = await readRunPlan(this.#db, runId);
    return {
      spaces: createPartitionSpaces(at, dynamicKeys),
      specs: new Map(assets.map(({ key, partitionsSpec }) => [key, partitionsSpec])),
      configs: new Map(assets.flatMap(({ key, config }) => (config === undefined ? [] : [[key, config] as const]))),
    };
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

function chunkUnexpected({ runId, assetKey }: Claim): HeddleError {
  return new HeddleError(
    "RUN_PLAN_INVALID",
    `run ${runId} makes several partitions of ${assetKey} at a time, and its function makes one`,
    { hint: "Launch the run again with the current code." },
  );
}
