/** Names a chunk of steps: the position of an asset in its plan, and the number of the chunk of ordinals. */
export interface RunChunkKey {
  readonly position: number;
  readonly chunk: number;
}

/** Chunks that have to be known before it can be said what follows, each once. */
export class UnknownChunks {
  readonly #keys = new Map<string, RunChunkKey>();

  get size(): number {
    return this.#keys.size;
  }

  get keys(): readonly RunChunkKey[] {
    return [...this.#keys.values()];
  }

  add(key: RunChunkKey): void {
    this.#keys.set(`${key.position}/${key.chunk}`, key);
  }
}
