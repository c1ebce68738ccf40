import { HeddleError, type PartitionSpace, type WaitPolicy } from "@heddle/core";
import {
  PartitionSet,
  neededBy,
  partitionScheme,
  toleratedMissing,
  type AssetSnapshot,
  type NeededPartitions,
  type PartitionSpaces,
  type ResolvedMapping,
} from "@heddle/core/internal";
import type { MaterializationInputs, StoredInputs } from "@heddle/storage";
import { describeStep } from "../worker/exit-cause.ts";
import type { InputPartition, StepInput } from "../worker/protocol.ts";

/** One dependency of an asset within one run, with its spaces and mapping resolved. */
export interface ResolvedInput {
  readonly name: string;
  readonly upstream: string;
  /** Whether the asset's function gets a `PartitionedInput`. */
  readonly many: boolean;
  /** Whether the asset reads its own earlier partitions. */
  readonly isSelf: boolean;
  readonly space: PartitionSpace;
  /** Of the upstream definition: which of the upstream's numberings is read. */
  readonly scheme: string;
  readonly mapping: ResolvedMapping;
  readonly wait: WaitPolicy;
  /** Of an external asset: what was observed of it is noted with what is made, and there is no value to load. */
  readonly isObserved: boolean;
}

const WAIT_FOR_ALL: WaitPolicy = { kind: "all" };

/** Resolves what an asset reads. External assets have nothing to load; those that are observed have versions to note. */
export function resolveInputs(
  asset: AssetSnapshot,
  {
    assets,
    spaceOf,
    spaces,
  }: {
    readonly assets: ReadonlyMap<string, AssetSnapshot>;
    /** The partitions of an asset, by its key. */
    readonly spaceOf: (key: string) => PartitionSpace;
    readonly spaces: PartitionSpaces;
  },
): ResolvedInput[] {
  const downstream = spaceOf(asset.key);
  const isChunked = (asset.chunk ?? null) !== null;
  return asset.deps
    .filter(({ upstream }) => isRead(assets.get(upstream)))
    .map(({ name, upstream, mapping, multiplicity, wait = WAIT_FOR_ALL }) => {
      const space = spaceOf(upstream);
      return {
        name,
        upstream,
        // A chunk reads what its partitions read together, whatever each of them reads.
        many: isChunked ? space.spec !== null : multiplicity === "many",
        isSelf: upstream === asset.key,
        space,
        scheme: partitionScheme(space.spec),
        mapping: spaces.mappingOf(mapping, { upstream: space, downstream }),
        wait,
        isObserved: assets.get(upstream)?.kind === "external",
      };
    });
}

function isRead(upstream: AssetSnapshot | undefined): boolean {
  return upstream?.kind === "asset" || upstream?.observed === true;
}

/** The step that reads, as messages name it. */
export interface ReadingStep {
  readonly assetKey: string;
  readonly partitionKey: string | null;
  readonly ordinal: number;
}

/** What a step reads, and which materializations that is. */
export interface FoundInputs {
  readonly inputs: readonly StepInput[];
  readonly provenance: MaterializationInputs;
}

/** What is there of some upstream partitions. */
interface Found {
  readonly partitions: readonly InputPartition[];
  readonly missing: PartitionSet;
  readonly provenance: MaterializationInputs;
}

/** Finds the stored values that steps of one asset read. */
export class InputFinder {
  readonly #inputs: readonly { readonly input: ResolvedInput; readonly find: (wanted: PartitionSet) => Found }[];

  constructor(inputs: readonly ResolvedInput[], stored: readonly StoredInputs[]) {
    this.#inputs = inputs.map((input, index) => ({ input, find: createFind(input, stored[index]) }));
  }

  /** @throws STEP_INPUT_MISSING when fewer partitions are there than the step needs */
  ofStep(step: ReadingStep): FoundInputs {
    const inputs: StepInput[] = [];
    const provenance: MaterializationInputs[number][] = [];
    for (const { input, find } of this.#inputs) {
      const needed = neededBy(input.mapping, step.ordinal);
      const found = find(needed.existing);
      for (const read of found.provenance) provenance.push(read);
      // What was never observed is there all the same.
      if (input.isObserved) continue;
      checkFound(step, input, { needed, missing: found.missing });
      inputs.push(toStepInput(input, found, needed.absent));
    }
    return { inputs, provenance };
  }

  /** What the partitions of a chunk read together. Each of them must have been found able to. */
  ofChunk(partitions: PartitionSet): readonly StepInput[] {
    return this.#inputs.flatMap(({ input, find }) => {
      if (input.isObserved) return [];
      const read = input.mapping.upstreamOf(partitions);
      return toStepInput(input, find(read.partitions), read.absent ?? PartitionSet.EMPTY);
    });
  }
}

/** The search among stored values. Steps that read the very same partitions share what it found. */
function createFind({ space }: ResolvedInput, stored: StoredInputs | undefined): (wanted: PartitionSet) => Found {
  const known = new Map<PartitionSet, Found>();
  return (wanted) => {
    let found = known.get(wanted);
    if (found === undefined) known.set(wanted, (found = findStored(wanted, space, stored)));
    return found;
  };
}

function findStored(wanted: PartitionSet, space: PartitionSpace, stored: StoredInputs | undefined): Found {
  const byRun = new Map<number, number[]>();
  const missing: number[] = [];
  const partitions: InputPartition[] = [];
  for (const ordinal of wanted) {
    const input = stored?.byOrdinal.get(ordinal);
    if (input === undefined) {
      missing.push(ordinal);
      continue;
    }
    partitions.push({ key: space.spec === null ? null : space.keyOf(ordinal), stored: input.stored });
    const ordinals = byRun.get(input.runId);
    if (ordinals === undefined) byRun.set(input.runId, [ordinal]);
    else ordinals.push(ordinal);
  }
  const assetId = stored?.assetId ?? 0;
  const provenance = [...byRun].map(([runId, ordinals]) => ({
    assetId,
    partitions: PartitionSet.of(ordinals).ranges,
    runId,
  }));
  return { partitions, missing: missing.length === 0 ? PartitionSet.EMPTY : PartitionSet.of(missing), provenance };
}

function toStepInput(
  { name, upstream, many, space, wait }: ResolvedInput,
  { partitions, missing }: Found,
  absent: PartitionSet,
): StepInput {
  const input = { name, upstream, many, partitions };
  const tolerated = wait.kind === "all" ? PartitionSet.EMPTY : missing.union(absent);
  if (tolerated.isEmpty) return input;
  return { ...input, missing: [...tolerated].map((ordinal) => space.keyOf(ordinal) ?? "") };
}

function checkFound(
  step: ReadingStep,
  input: ResolvedInput,
  { needed, missing }: { readonly needed: NeededPartitions; readonly missing: PartitionSet },
): void {
  const { upstream, space, wait } = input;
  if (wait.kind !== "all") {
    if (missing.size > toleratedMissing(wait, needed)) throw tooFew(step, input, { needed, missing });
    return;
  }
  if (!missing.isEmpty) {
    const what = space.spec === null ? upstream : `${upstream} [${space.format(missing)}]`;
    throw new HeddleError("STEP_INPUT_MISSING", `${describeStep(step)} needs ${what}, which was never materialized`, {
      hint: `Materialize ${upstream} first, or launch both together: a run makes what its steps need in order.`,
    });
  }
  // The first partition of an asset that reads its own earlier ones has none to read.
  if (!needed.existing.isEmpty || input.isSelf || (input.many && needed.nonexistent === 0)) return;
  throw new HeddleError("STEP_INPUT_MISSING", `${describeStep(step)} reads no existing partition of ${upstream}`, {
    hint: "The upstream's partitions do not reach there: correct the mapping or the partitions definitions.",
  });
}

function tooFew(
  step: ReadingStep,
  { upstream, space, wait }: ResolvedInput,
  { needed, missing }: { readonly needed: NeededPartitions; readonly missing: PartitionSet },
): HeddleError {
  const all = needed.existing.size + needed.nonexistent;
  const there = needed.existing.size - missing.size;
  const required = wait.kind === "at-least" ? wait.count : wait.kind === "all" ? all : all - wait.count;
  const what = `at least ${required} of ${all} partitions of ${upstream}`;
  const left = missing.isEmpty ? "" : ` (missing: ${space.format(missing)})`;
  return new HeddleError(
    "STEP_INPUT_MISSING",
    `${describeStep(step)} needs ${what}, ${there} ${there === 1 ? "is" : "are"} there${left}`,
    {
      hint: `Materialize more of ${upstream}, or let the dependency tolerate more: \`wait\` of its dep().`,
      details: { upstream, required, needed: all, there },
    },
  );
}
