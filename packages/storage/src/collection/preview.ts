import type { Database } from "../database.ts";
import {
  findCollectableRun,
  listCollectableChunks,
  listSuperseded,
  type CollectableChunk,
  type MaterializationPlace,
} from "./superseded.ts";

/** Values that one preview counts; beyond it there are more. */
const MAX_VALUES = 100_000;
const PAGE = 1_000;

/** What a collection would remove of one asset. */
export interface CollectableAsset {
  readonly assetKey: string;
  readonly values: number;
  /** Of their objects. */
  readonly bytes: number;
}

/** What a collection would remove of what was replaced. What was never published only the stores tell. */
export interface CollectionPreview {
  readonly assets: readonly CollectableAsset[];
  /** Values that stay until the run that made them is over. */
  readonly held: number;
  /** Whether there is more than was counted. */
  readonly hasMore: boolean;
}

/** Counts what a collection would remove now, without removing anything. */
export async function previewCollection(
  db: Database,
  query: { readonly codeLocationId: number; readonly graceMs: number },
): Promise<CollectionPreview> {
  const counter = new Counter();
  let afterRunId = 0;
  while (!counter.isFull) {
    const run = await findCollectableRun(db, { ...query, afterRunId });
    if (run === undefined) break;
    afterRunId = run.runId;
    for await (const chunk of chunksOf(db, run.runId)) await countChunk(db, chunk, counter);
  }
  return counter.result;
}

async function* chunksOf(db: Database, runId: number): AsyncGenerator<CollectableChunk> {
  for (let after: CollectableChunk | undefined; ;) {
    const chunks = await listCollectableChunks(db, { runId, after, limit: PAGE });
    yield* chunks;
    after = chunks.at(-1);
    if (chunks.length < PAGE) return;
  }
}

async function countChunk(db: Database, chunk: CollectableChunk, counter: Counter): Promise<void> {
  for (let after: MaterializationPlace | undefined; !counter.isFull;) {
    const values = await listSuperseded(db, { chunk, after, limit: PAGE });
    for (const value of values) {
      const bytes = value.stored.objects.reduce((sum, object) => sum + object.bytes, 0);
      counter.add(chunk, value, bytes);
    }
    after = values.at(-1);
    if (values.length < PAGE) return;
  }
}

class Counter {
  readonly #seen = new Set<string>();
  readonly #assets = new Map<string, { values: number; bytes: number }>();
  #held = 0;

  get isFull(): boolean {
    return this.#seen.size >= MAX_VALUES;
  }

  /** A value that several later runs have replaced counts once. */
  add(
    { assetId, assetKey }: CollectableChunk,
    { ordinal, runId, isHeld }: MaterializationPlace & { readonly isHeld: boolean },
    bytes: number,
  ): void {
    const name = `${assetId}/${ordinal}/${runId}`;
    if (this.#seen.has(name)) return;
    this.#seen.add(name);
    if (isHeld) {
      this.#held += 1;
      return;
    }
    const before = this.#assets.get(assetKey) ?? { values: 0, bytes: 0 };
    this.#assets.set(assetKey, { values: before.values + 1, bytes: before.bytes + bytes });
  }

  get result(): CollectionPreview {
    const assets = [...this.#assets].map(([assetKey, counts]) => ({ assetKey, ...counts }));
    return { assets, held: this.#held, hasMore: this.isFull };
  }
}
