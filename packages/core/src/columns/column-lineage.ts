import { getOrAdd } from "../get-or-add.ts";
import type { AssetSnapshot, ColumnSnapshot } from "../snapshot.ts";

/** Names a column of an asset. */
export interface ColumnRef {
  readonly asset: string;
  readonly column: string;
}

/** One column that comes from another. */
export interface ColumnEdge {
  readonly from: ColumnRef;
  /** `column: null`: the asset reads it, and does not say what comes of it. */
  readonly to: { readonly asset: string; readonly column: string | null };
  /** Whether it is the very same, passed through. */
  readonly passes: boolean;
  /** Whether it was read out of a query; absent where it is declared. */
  readonly derived?: true;
}

/** A place where the path of a column may go on: an asset does not say whether it does. */
export interface ColumnGap {
  /**
   * `origin`: the asset reads others, and does not say from which of their columns this one of its own comes.
   * `reader`: the asset reads the one that has the column, and says neither which columns it reads nor where all of its own
   * come from.
   */
  readonly kind: "origin" | "reader";
  /** The asset that does not say it. */
  readonly asset: string;
  /** The column on the path: for `origin` of the asset itself, for `reader` of what it reads. */
  readonly at: ColumnRef;
}

/** Everything that one column comes from, and that comes from it. */
export interface ColumnPath {
  readonly edges: readonly ColumnEdge[];
  /** What is not known of it; the columns nearest to the one that it is of come first. */
  readonly gaps: readonly ColumnGap[];
  /** Whether there is more: a path ends after so many edges. */
  readonly isCut: boolean;
}

/** Edges of one path, and gaps of one. */
const MAX_PATH_EDGES = 2_000;

type DescribedAsset = Pick<AssetSnapshot, "key" | "deps" | "columns">;

/**
 * Which columns come from which, as far as assets say so. What they do not say is left open and never guessed. Finding the
 * neighbours of a column takes no longer for more assets.
 */
export class ColumnLineage {
  readonly #columns = new Map<string, ReadonlyMap<string, ColumnSnapshot>>();
  readonly #upstream = new Map<string, ColumnEdge[]>();
  readonly #downstream = new Map<string, ColumnEdge[]>();
  /** Assets that read others. */
  readonly #readers = new Set<string>();
  /** For an asset: who reads it, and may read any of its columns. */
  readonly #openReaders = new Map<string, string[]>();

  constructor(assets: Iterable<DescribedAsset>) {
    for (const asset of assets) this.#add(asset);
  }

  /** What a column comes from. */
  upstreamOf(ref: ColumnRef): readonly ColumnEdge[] {
    return this.#upstream.get(nameOf(ref)) ?? [];
  }

  /** What comes from a column; also who reads it without saying what for. */
  downstreamOf(ref: ColumnRef): readonly ColumnEdge[] {
    return this.#downstream.get(nameOf(ref)) ?? [];
  }

  /** Whether an asset says where a column comes from. */
  isKnown({ asset, column }: ColumnRef): boolean {
    return this.#columns.get(asset)?.get(column)?.from !== undefined;
  }

  /** What is said about a column: by its asset, else by the one which it is passed through from. */
  descriptionOf(ref: ColumnRef): { readonly text: string; readonly by: ColumnRef } | null {
    const seen = new Set<string>();
    for (let at = ref; !seen.has(nameOf(at));) {
      seen.add(nameOf(at));
      const text = this.#columns.get(at.asset)?.get(at.column)?.description;
      if (text !== undefined) return { text, by: at };
      const passed = this.upstreamOf(at).filter(({ passes }) => passes);
      const [only] = passed;
      // Of two sources neither is the column itself.
      if (only === undefined || passed.length > 1) return null;
      at = only.from;
    }
    return null;
  }

  /** The path of one column: upstream and downstream of it, and nothing beside. */
  pathOf(ref: ColumnRef): ColumnPath {
    const edges = new Set<ColumnEdge>();
    const up = this.#walk(ref, edges, "up");
    const down = this.#walk(ref, edges, "down");
    const gaps = [...this.#unknownOrigins(up.reached), ...this.#unknownReaders(down.reached)];
    return {
      edges: [...edges],
      gaps: gaps.slice(0, MAX_PATH_EDGES),
      isCut: !up.isWhole || !down.isWhole || gaps.length > MAX_PATH_EDGES,
    };
  }

  #unknownOrigins(columns: readonly ColumnRef[]): ColumnGap[] {
    return columns
      .filter((at) => this.#readers.has(at.asset) && !this.isKnown(at))
      .map((at) => ({ kind: "origin", asset: at.asset, at }));
  }

  /** An asset is named once, however many columns of the path it may read. */
  #unknownReaders(columns: readonly ColumnRef[]): ColumnGap[] {
    const gaps = new Map<string, ColumnGap>();
    for (const at of columns) {
      const said = new Set(this.downstreamOf(at).map(({ to }) => to.asset));
      for (const asset of this.#openReaders.get(at.asset) ?? []) {
        if (!said.has(asset) && !gaps.has(asset)) gaps.set(asset, { kind: "reader", asset, at });
      }
    }
    return [...gaps.values()];
  }

  #walk(start: ColumnRef, edges: Set<ColumnEdge>, direction: "up" | "down"): Walk {
    const seen = new Set([nameOf(start)]);
    const queue: ColumnRef[] = [start];
    // It grows while it is gone through: breadth first, the nearest columns before those further away.
    for (const at of queue) {
      for (const edge of direction === "up" ? this.upstreamOf(at) : this.downstreamOf(at)) {
        if (edges.size >= MAX_PATH_EDGES) return { reached: queue, isWhole: false };
        edges.add(edge);
        const { asset, column } = direction === "up" ? edge.from : edge.to;
        if (column === null || seen.has(nameOf({ asset, column }))) continue;
        seen.add(nameOf({ asset, column }));
        queue.push({ asset, column });
      }
    }
    return { reached: queue, isWhole: true };
  }

  #add({ key, deps, columns = [] }: DescribedAsset): void {
    this.#columns.set(key, new Map(columns.map((column) => [column.name, column])));
    const said = new Set<string>();
    for (const { name, from = [], derived } of columns) {
      for (const { upstream, columns: sources, passes } of from) {
        for (const source of sources) {
          const ends = { from: { asset: upstream, column: source }, to: { asset: key, column: name }, passes };
          const edge: ColumnEdge = derived === true ? { ...ends, derived } : ends;
          said.add(nameOf(edge.from));
          getOrAdd(this.#upstream, nameOf({ asset: key, column: name }), () => []).push(edge);
          getOrAdd(this.#downstream, nameOf(edge.from), () => []).push(edge);
        }
      }
    }
    if (deps.length > 0) this.#readers.add(key);
    const isOpen = columns.length === 0 || columns.some(({ from }) => from === undefined);
    for (const { upstream, columns: read } of deps) {
      if (isOpen && read === undefined) getOrAdd(this.#openReaders, upstream, () => []).push(key);
    }
    // What a dependency loads is read, whatever comes of it.
    for (const { upstream, columns: read = [] } of deps) {
      for (const column of read) {
        const from = { asset: upstream, column };
        if (said.has(nameOf(from))) continue;
        said.add(nameOf(from));
        const edge = { from, to: { asset: key, column: null }, passes: false };
        getOrAdd(this.#downstream, nameOf(from), () => []).push(edge);
      }
    }
  }
}

/** How far a walk came in one direction. */
interface Walk {
  /** The columns, the start among them, those nearest to it first. */
  readonly reached: readonly ColumnRef[];
  readonly isWhole: boolean;
}

/** Asset keys hold no control characters. */
function nameOf({ asset, column }: ColumnRef): string {
  return `${asset}\n${column}`;
}
