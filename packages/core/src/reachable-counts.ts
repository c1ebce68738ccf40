/** Edges of one direction in packed rows: those of node `i` are `targets[offsets[i]] … targets[offsets[i + 1] - 1]`. */
export interface PackedEdges {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

/** Nodes whose reachability is worked out at once: a bit for each of them, in whole words. */
const BLOCK_WORDS = 32;
const BLOCK_NODES = BLOCK_WORDS * 32;

/**
 * How many other nodes can be reached from each node: for downstream edges, how many assets depend on each asset directly or
 * by way of others. `order` is topological: each node stands before those that its edges lead to. On cycles the counts are
 * too low. 10,000 assets with 20,000 edges take some milliseconds, whatever is reached.
 */
export function countReachable({ offsets, targets }: PackedEdges, order: Int32Array): Int32Array {
  const size = order.length;
  const counts = new Int32Array(size);
  const placeOf = new Int32Array(size);
  for (let place = 0; place < size; place += 1) placeOf[order[place] ?? 0] = place;
  const reached = new Int32Array(size * BLOCK_WORDS);
  for (let first = 0; first < size; first += BLOCK_NODES) {
    const last = Math.min(size, first + BLOCK_NODES) - 1;
    reached.fill(0, 0, (last + 1) * BLOCK_WORDS);
    // What stands after the block reaches nothing in it.
    for (let place = last; place >= 0; place -= 1) {
      const node = order[place] ?? 0;
      const own = place * BLOCK_WORDS;
      let reachesAny = false;
      for (let edge = offsets[node] ?? 0; edge < (offsets[node + 1] ?? 0); edge += 1) {
        const target = placeOf[targets[edge] ?? 0] ?? 0;
        if (target > last) continue;
        reachesAny = true;
        const other = target * BLOCK_WORDS;
        for (let word = 0; word < BLOCK_WORDS; word += 1)
          reached[own + word] = (reached[own + word] ?? 0) | (reached[other + word] ?? 0);
        const bit = target - first;
        if (bit >= 0) reached[own + (bit >> 5)] = (reached[own + (bit >> 5)] ?? 0) | (1 << (bit & 31));
      }
      if (!reachesAny) continue;
      for (let word = 0; word < BLOCK_WORDS; word += 1)
        counts[node] = (counts[node] ?? 0) + bitCount(reached[own + word] ?? 0);
    }
  }
  return counts;
}

function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
