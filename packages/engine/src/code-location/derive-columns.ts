import { type AnyAsset, type AnyUpstream, type Definitions, resolvePartitions } from "@heddle/core";
import {
  type DerivedColumns,
  type DeriveColumnsScope,
  type DefinitionsSnapshot,
  dimensionKeysOf,
  mergeDerivedColumns,
} from "@heddle/core/internal";

/** All derivations together; what is not found out by then is not known. */
const DEADLINE_MS = 10_000;

/**
 * Adds to a snapshot where columns come from that assets do not say themselves, as far as their code tells it. Whatever goes
 * wrong is told as the reason why it is not known: it is no reason not to load the code.
 */
export async function deriveColumnLineage(
  definitions: Definitions,
  snapshot: DefinitionsSnapshot,
): Promise<DefinitionsSnapshot> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const known = new Map<string, readonly string[]>();
  const assets = [];
  // In topological order: what is found out about an asset is known of those that read it.
  for (const asset of snapshot.assets) {
    const declared = definitions.assets.get(asset.key);
    if (declared?.kind !== "asset" || declared.deriveColumns === undefined) {
      assets.push(asset);
      continue;
    }
    const derived = await derive(declared, { definitions, known, signal });
    const typed = typedColumns(declared, definitions);
    const columns = mergeDerivedColumns(asset, derived, { typed, deps: declared.deps });
    if (derived.unknownBecause === null && derived.columns.every(({ name }) => name !== "")) {
      known.set(
        asset.key,
        derived.columns.map(({ name }) => name),
      );
    }
    assets.push(columns.length === 0 ? asset : { ...asset, columns });
  }
  return { ...snapshot, assets };
}

interface DerivationScope {
  readonly definitions: Definitions;
  /** Columns of queries without a schema, by asset. */
  readonly known: ReadonlyMap<string, readonly string[]>;
  readonly signal: AbortSignal;
}

async function derive(asset: AnyAsset, { definitions, known, signal }: DerivationScope): Promise<DerivedColumns> {
  const scope: DeriveColumnsScope = {
    columnsOf: (name) => {
      const dependency = asset.deps[name];
      if (dependency === undefined) return null;
      const all = typedColumns(dependency.asset, definitions).map((column) => column.name);
      return dependency.columns ?? (all.length > 0 ? all : (known.get(dependency.asset.key) ?? null));
    },
    partition: samplePartition(asset),
    signal,
  };
  const timeout = new Promise<DerivedColumns>((resolve) => {
    signal.addEventListener("abort", () => resolve(unknownAs("making the query took too long")), { once: true });
  });
  try {
    if (signal.aborted) return unknownAs("making the queries of other assets took too long");
    return await Promise.race([asset.deriveColumns?.(scope) ?? unknownAs("its code does not tell"), timeout]);
  } catch (error) {
    return unknownAs(
      `its query could not be made without a run: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function unknownAs(unknownBecause: string): DerivedColumns {
  return { columns: [], unknownBecause };
}

function typedColumns(asset: AnyUpstream, definitions: Definitions) {
  if (asset.kind !== "asset") return [];
  const columns = (asset.io ?? definitions.io)?.table?.columns ?? [];
  return columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
}

/** The newest partition, or where none exists yet the first one that there will be. */
function samplePartition({ partitions }: AnyAsset): DeriveColumnsScope["partition"] {
  if (partitions === undefined) return undefined;
  const space = resolvePartitions(partitions.spec, { now: Date.now(), dynamicKeys: () => ["key"] });
  const ordinal = space.all.last ?? 0;
  const window = space.windowOf(ordinal);
  const key = space.keyOf(ordinal) ?? "key";
  return {
    key,
    ordinal,
    dimensions: dimensionKeysOf(partitions.spec, key),
    window: window === null ? undefined : { start: new Date(window.start), end: new Date(window.end) },
  };
}
