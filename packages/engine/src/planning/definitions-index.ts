import { AssetGraph, type AssetSnapshot, type PartitionsSpec } from "@heddle/core/internal";
import type { DeclaredAsset, StoredDefinitions } from "@heddle/storage";

/** An asset with its place among the others. */
export interface IndexedAsset {
  readonly id: number;
  readonly key: string;
  readonly codeLocation: string;
  /** How ordinals and keys of its partitions belong together. */
  readonly scheme: string;
  /** Equal partitions definitions of one version are one object. */
  readonly definition: AssetSnapshot;
  readonly removedAt: Date | null;
  /** When a definition that numbers its partitions otherwise took over; `null` while this one is in force. */
  readonly supersededAt: Date | null;
}

/** All declarations of one version, found by id and by key, with their graph. */
export class DefinitionsIndex {
  readonly version: string;
  /** What is declared now; the number of an asset in `graph` is its place here. */
  readonly declared: readonly IndexedAsset[];
  readonly graph: AssetGraph;
  /** Names of the dynamic partitions definitions by which assets are or were cut. */
  readonly dynamicNames: readonly string[];
  readonly #byId: ReadonlyMap<number, IndexedAsset>;
  readonly #byKey: ReadonlyMap<string, IndexedAsset>;
  readonly #formerByKey: ReadonlyMap<string, readonly IndexedAsset[]>;

  constructor(definitions: StoredDefinitions) {
    const assets = shareSpecs(definitions.assets);
    this.version = definitions.version;
    const inForce = assets.filter((asset) => asset.supersededAt === null);
    this.declared = inForce.filter((asset) => asset.removedAt === null);
    this.dynamicNames = [...new Set(assets.flatMap(({ definition }) => namesOf(definition.partitions)))];
    this.graph = AssetGraph.fromSnapshot(this.declared.map((asset) => asset.definition));
    this.#byId = new Map(assets.map((asset) => [asset.id, asset]));
    this.#byKey = new Map(inForce.map((asset) => [asset.key, asset]));
    const former = assets.filter((asset) => asset.supersededAt !== null);
    this.#formerByKey = Map.groupBy(former.toReversed(), (asset) => asset.key);
  }

  /** An asset, declared or removed, as it is defined now or was defined before. */
  byId(id: number): IndexedAsset | undefined {
    return this.#byId.get(id);
  }

  /** An asset, declared or removed, as it was defined last. */
  byKey(key: string): IndexedAsset | undefined {
    return this.#byKey.get(key);
  }

  /** An asset as it was before its partitions were numbered otherwise; the newest of these definitions first. */
  formerOf(key: string): readonly IndexedAsset[] {
    return this.#formerByKey.get(key) ?? [];
  }

  /** Names an asset in an answer; an id that nobody knows any more keeps its number. */
  refOf(id: number): { id: number; key: string } {
    return { id, key: this.#byId.get(id)?.key ?? `#${id}` };
  }

  /** Assets on which `asset` depends directly. */
  upstreamOf(asset: IndexedAsset): IndexedAsset[] {
    return this.#neighbours(asset, (number) => this.graph.upstreamOf(number));
  }

  /** Assets that depend on `asset` directly. */
  downstreamOf(asset: IndexedAsset): IndexedAsset[] {
    return this.#neighbours(asset, (number) => this.graph.downstreamOf(number));
  }

  /** Declared assets that are cut by a dynamic definition, alone or as one of several dimensions. */
  cutBy(dynamicName: string): IndexedAsset[] {
    return this.declared.filter(({ definition }) => namesOf(definition.partitions).includes(dynamicName));
  }

  #neighbours(asset: IndexedAsset, next: (number: number) => Iterable<number>): IndexedAsset[] {
    const number = this.graph.indexOf(asset.key);
    return number === -1 ? [] : [...next(number)].flatMap((other) => this.declared[other] ?? []);
  }
}

/** Makes equal partitions definitions the same object, so that each is resolved once. */
function shareSpecs(assets: readonly DeclaredAsset[]): IndexedAsset[] {
  const specs = new Map<string, PartitionsSpec>();
  return assets.map((asset) => {
    const { partitions } = asset.definition;
    if (partitions === null) return asset;
    const text = JSON.stringify(partitions);
    const shared = specs.get(text) ?? partitions;
    specs.set(text, shared);
    return { ...asset, definition: { ...asset.definition, partitions: shared } };
  });
}

function namesOf(spec: PartitionsSpec | null): string[] {
  if (spec?.kind === "dynamic") return [spec.name];
  return spec?.kind === "multi" ? spec.dimensions.flatMap(({ partitions }) => namesOf(partitions)) : [];
}
