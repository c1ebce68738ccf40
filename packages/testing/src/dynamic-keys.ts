import type { PartitionsChange } from "@heddle/engine/step";

/** The keys of dynamic definitions, as steps change them. */
export class DynamicKeys {
  readonly #keys = new Map<string, Set<string>>();

  constructor(initial: Readonly<Record<string, readonly string[]>>) {
    for (const [definition, keys] of Object.entries(initial)) this.#keys.set(definition, new Set(keys));
  }

  /** Carries out what a step asked for, once it is published. */
  apply(changes: readonly PartitionsChange[]): void {
    for (const { definition, action, keys } of changes) {
      const present = this.#keys.get(definition) ?? new Set();
      this.#keys.set(definition, present);
      for (const key of keys) {
        if (action === "add") present.add(key);
        else present.delete(key);
      }
    }
  }

  /** The keys of a definition that are there, in the order in which they came. */
  of(definition: string): readonly string[] {
    return [...(this.#keys.get(definition) ?? [])];
  }
}
