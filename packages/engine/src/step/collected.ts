import { HeddleError, type DynamicPartitionsDefinition, type MetadataValues } from "@heddle/core";
import { checkPartitionKey, normalizeMetadata } from "@heddle/core/internal";
import type { PartitionsChange } from "../worker/protocol.ts";

/** Most keys that one step adds to or removes from dynamic definitions. */
const KEY_LIMIT = 10_000;

/** What a function reported through its context. */
export interface Reported {
  readonly metadata: MetadataValues;
  readonly changes: readonly PartitionsChange[];
}

/** Collects what a function reports through its context, until it belongs to a result. */
export class Collected {
  #metadata: MetadataValues = {};
  #changes: PartitionsChange[] = [];
  #keys = 0;

  /** The functions that the context offers. */
  readonly functions = {
    metadata: (values: MetadataValues): void => {
      this.#metadata = { ...this.#metadata, ...normalizeMetadata(values) };
    },
    addPartitions: (definition: DynamicPartitionsDefinition, keys: Iterable<string>): void =>
      this.#change("add", definition, keys),
    removePartitions: (definition: DynamicPartitionsDefinition, keys: Iterable<string>): void =>
      this.#change("remove", definition, keys),
  };

  /** Gives what was reported since the last time. */
  take(): Reported {
    const reported = { metadata: this.#metadata, changes: this.#changes };
    this.#metadata = {};
    this.#changes = [];
    this.#keys = 0;
    return reported;
  }

  #change(action: "add" | "remove", { spec }: DynamicPartitionsDefinition, given: Iterable<string>): void {
    if (spec.kind !== "dynamic") {
      throw new HeddleError(
        "PARTITIONS_INVALID",
        `partitions of a ${spec.kind} definition cannot be changed by a step`,
        {
          hint: "Give a definition that dynamicPartitions() made.",
        },
      );
    }
    // A text is an iterable of its characters.
    const keys = typeof given === "string" ? [given] : [...given];
    for (const key of keys) {
      const problem = checkPartitionKey(key);
      if (problem === null) continue;
      const shown = JSON.stringify(typeof key === "string" ? key.slice(0, 100) : key);
      throw new HeddleError("PARTITIONS_INVALID", `${shown} cannot be a key of "${spec.name}": ${problem}`, {
        hint: "A key is any text without control characters, of at most 512 bytes.",
        details: { definition: spec.name },
      });
    }
    this.#keys += keys.length;
    if (this.#keys > KEY_LIMIT) {
      throw new HeddleError("PARTITIONS_INVALID", `one step changes more than ${KEY_LIMIT} partitions`, {
        hint: "Add them in several steps, or with `heddle partitions add`.",
        details: { definition: spec.name },
      });
    }
    if (keys.length > 0) this.#changes.push({ definition: spec.name, action, keys });
  }
}
