import {
  HeddleError,
  PartitionSet,
  createPartitionSpaces,
  serializeError,
  type AssetSnapshot,
  type PartitionSpace,
  type PartitionSpaces,
  type ResolvedMapping,
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
import { describeStep } from "./exit-cause.ts";
import { PromiseCache } from "./promise-cache.ts";
import { failedOutcome } from "./step-outcome.ts";
import type { StepInput } from "./protocol.ts";
import type { PoolStep } from "./step-lane.ts";

/** A step with everything that is needed to run and to settle it. */
export interface PlannedStep extends PoolStep {
  readonly claimId: number;
  /** Which materializations it reads. */
  readonly provenance: MaterializationInputs;
}

/** What a claim became: steps to run, and outcomes of those that cannot run. */
export interface PlannedClaim {
  readonly steps: PlannedStep[];
  readonly outcomes: StepOutcome[];
}

/** One dependency of an asset within one run, with its spaces and mapping resolved. */
interface ResolvedInput {
  readonly name: string;
  readonly upstream: string;
  readonly many: boolean;
  readonly space: PartitionSpace;
  readonly mapping: ResolvedMapping;
}

/** An asset within one run. */
interface ResolvedAsset {
  readonly snapshot: AssetSnapshot;
  readonly space: PartitionSpace;
  readonly inputs: readonly ResolvedInput[];
}

/** Caches are cut to this many entries: a worker sees runs come and go, and a snapshot may be large. */
const CACHE_LIMIT = 256;
const SNAPSHOT_LIMIT = 8;

/** Turns claims into steps: names partitions and finds the stored values that each step reads. */
export class StepPlanner {
  readonly #db: Database;
  readonly #snapshots = new PromiseCache<number, ReadonlyMap<string, AssetSnapshot>>(SNAPSHOT_LIMIT);
  readonly #spaces = new PromiseCache<number, PartitionSpaces>(CACHE_LIMIT);
  readonly #assets = new PromiseCache<string, ResolvedAsset>(CACHE_LIMIT);

  constructor(db: Database) {
    this.#db = db;
  }

  async plan(claim: Claim): Promise<PlannedClaim> {
    const asset = await this.#asset(claim);
    const stored = await readStoredInputs(
      this.#db,
      claim.environmentId,
      asset.inputs.map(({ upstream, mapping }) => ({
        assetKey: upstream,
        partitions: mapping.upstreamOf(claim.partitions).partitions,
      })),
    );
    const steps: PlannedStep[] = [];
    const outcomes: StepOutcome[] = [];
    for (const ordinal of claim.partitions) {
      const step = this.#step(claim, asset, ordinal);
      try {
        const { inputs, provenance } = findInputs(asset, stored, step);
        steps.push({ ...step, inputs, provenance });
      } catch (error) {
        outcomes.push(failedOutcome(step, { cause: "error", error: serializeError(error) }));
      }
    }
    return { steps, outcomes };
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
      attempt: claim.attempts.get(ordinal) ?? 1,
      timeoutMs: asset.snapshot.timeoutMs,
      inputs: [],
      provenance: [],
    };
  }

  #asset(claim: Claim): Promise<ResolvedAsset> {
    return this.#assets.get(`${claim.runId}/${claim.assetKey}`, async () => {
      const [assets, spaces] = await Promise.all([
        this.#snapshots.get(claim.codeVersionId, () => this.#loadSnapshot(claim.codeVersionId)),
        this.#spaces.get(claim.runId, () => this.#resolveSpaces(claim.runId)),
      ]);
      const snapshot = assets.get(claim.assetKey);
      if (snapshot === undefined) {
        throw new HeddleError(
          "ASSET_UNKNOWN",
          `run ${claim.runId} names ${claim.assetKey}, which its code version does not declare`,
        );
      }
      const spaceOf = (key: string): PartitionSpace => spaces.spaceOf(assets.get(key)?.partitions ?? null);
      const space = spaceOf(claim.assetKey);
      const inputs = snapshot.deps
        .filter(({ upstream }) => assets.get(upstream)?.kind === "asset")
        .map(({ name, upstream, mapping, multiplicity }) => {
          const upstreamSpace = spaceOf(upstream);
          const ends = { upstream: upstreamSpace, downstream: space };
          return {
            name,
            upstream,
            many: multiplicity === "many",
            space: upstreamSpace,
            mapping: spaces.mappingOf(mapping, ends),
          };
        });
      return { snapshot, space, inputs };
    });
  }

  /** Resolved at the instant of the plan, not now: what exists for a run was settled when it was planned. */
  async #resolveSpaces(runId: number): Promise<PartitionSpaces> {
    const { at, dynamicKeys } = await readRunPlan(this.#db, runId);
    return createPartitionSpaces(at, dynamicKeys);
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

/** @throws STEP_INPUT_MISSING when an upstream partition does not exist or was never materialized. */
function findInputs(
  asset: ResolvedAsset,
  stored: readonly StoredInputs[],
  step: PlannedStep,
): { inputs: StepInput[]; provenance: MaterializationInputs } {
  const inputs: StepInput[] = [];
  const provenance: { assetId: number; partitions: readonly number[]; runId: number }[] = [];
  for (const [index, { name, upstream, many, space, mapping }] of asset.inputs.entries()) {
    const wanted = mapping.upstreamOf(PartitionSet.range(step.ordinal, step.ordinal + 1)).partitions;
    const found = stored[index];
    const byRun = new Map<number, number[]>();
    const missing: number[] = [];
    const partitions: StepInput["partitions"][number][] = [];
    for (const ordinal of wanted) {
      const input = found?.byOrdinal.get(ordinal);
      if (input === undefined) {
        missing.push(ordinal);
        continue;
      }
      partitions.push({ key: space.spec === null ? null : space.keyOf(ordinal), stored: input.stored });
      const ordinals = byRun.get(input.runId);
      if (ordinals === undefined) byRun.set(input.runId, [ordinal]);
      else ordinals.push(ordinal);
    }
    if (missing.length > 0 || wanted.isEmpty) throw missingInput(step, { upstream, space, missing });
    inputs.push({ name, upstream, many, partitions });
    for (const [runId, ordinals] of byRun) {
      provenance.push({ assetId: found?.assetId ?? 0, partitions: PartitionSet.of(ordinals).ranges, runId });
    }
  }
  return { inputs, provenance };
}

function missingInput(
  step: PlannedStep,
  { upstream, space, missing }: { upstream: string; space: PartitionSpace; missing: readonly number[] },
): HeddleError {
  if (missing.length === 0) {
    return new HeddleError("STEP_INPUT_MISSING", `${describeStep(step)} reads no existing partition of ${upstream}`, {
      hint: "The upstream's partitions do not reach there: correct the mapping or the partitions definitions.",
    });
  }
  const what = space.spec === null ? upstream : `${upstream} [${space.format(PartitionSet.of(missing))}]`;
  return new HeddleError("STEP_INPUT_MISSING", `${describeStep(step)} needs ${what}, which was never materialized`, {
    hint: `Materialize ${upstream} first, or launch both together: a run makes what its steps need in order.`,
  });
}
