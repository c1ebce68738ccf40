/** Hashes text and numbers into 64 bits (two lanes of 32, murmur-like mixing). Not for secrets. */
export class ContentHash {
  #a = 0x9e3779b9;
  #b = 0x85ebca6b;

  number(value: number): this {
    this.#a = Math.imul(this.#a ^ value, 0x85ebca6b);
    this.#a ^= this.#a >>> 13;
    this.#b = Math.imul(this.#b ^ value, 0xc2b2ae35);
    this.#b ^= this.#b >>> 16;
    return this;
  }

  text(value: string): this {
    for (let i = 0; i < value.length; i++) this.number(value.charCodeAt(i));
    return this.number(-1 - value.length);
  }

  /** The hash so far, as 16 hex digits. */
  digest(): string {
    return [this.#a, this.#b].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
  }
}
