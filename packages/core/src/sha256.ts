/**
 * SHA-256 of a text, hex. Browsers' own digest is asynchronous and absent from pages served without TLS, while plans are
 * hashed in pure, synchronous code. Node has one that is synchronous, and ten times as fast.
 */
export function sha256(text: string): string {
  const { process }: { readonly process?: Partial<NodeJS.Process> } = globalThis;
  const crypto = process?.getBuiltinModule?.("node:crypto");
  return crypto === undefined ? portableSha256(text) : crypto.createHash("sha256").update(text).digest("hex");
}

/** The same where nothing is there but the language. */
export function portableSha256(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const state = Uint32Array.from(INITIAL_STATE);
  const words = new Uint32Array(64);
  const block = new DataView(new ArrayBuffer(64));
  const blockCount = Math.ceil((bytes.length + 9) / 64);
  for (let index = 0; index < blockCount; index += 1) {
    fillBlock(block, bytes, index);
    if (index === blockCount - 1) {
      block.setUint32(56, Math.floor(bytes.length / 2 ** 29));
      block.setUint32(60, (bytes.length * 8) >>> 0);
    }
    compress(state, words, block);
  }
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
}

/** Copies a block of the message, followed by the end mark 0x80 and zeros once the message is over. */
function fillBlock(block: DataView, bytes: Uint8Array, index: number): void {
  for (let at = 0; at < 64; at += 1) {
    const position = index * 64 + at;
    block.setUint8(at, position === bytes.length ? 0x80 : (bytes[position] ?? 0));
  }
}

function compress(state: Uint32Array, words: Uint32Array, block: DataView): void {
  for (let t = 0; t < 16; t += 1) words[t] = block.getUint32(t * 4);
  for (let t = 16; t < 64; t += 1) {
    const [w2, w7, w15, w16] = [words[t - 2] ?? 0, words[t - 7] ?? 0, words[t - 15] ?? 0, words[t - 16] ?? 0];
    const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3);
    const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10);
    words[t] = w16 + s0 + w7 + s1;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let t = 0; t < 64; t += 1) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const first = (h + s1 + ((e & f) ^ (~e & g)) + (ROUNDS[t] ?? 0) + (words[t] ?? 0)) | 0;
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    state[index] = (state[index] ?? 0) + word;
  });
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

/** The first 64 primes; the constants of SHA-256 are the fractions of their square and cube roots. */
const PRIMES = Array.from({ length: 311 }, (_, index) => index + 2)
  .filter((candidate, _index, all) => !all.some((other) => other * other <= candidate && candidate % other === 0))
  .slice(0, 64);
const fraction = (root: number): number => Math.floor((root - Math.floor(root)) * 2 ** 32);
const INITIAL_STATE = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const ROUNDS = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
