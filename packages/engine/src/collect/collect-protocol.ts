import type { StoredValue } from "@heddle/core";
import type { SerializedError } from "@heddle/core/internal";

/** How the keys of objects are read back: whose attempt has written them. */
export interface ObjectKeys {
  /** What the keys of all objects of an asset begin with. */
  prefixOf(assetKey: string): string;
  /** `null` for a key that no attempt at the asset was given. */
  parse(key: string, assetKey: string): { readonly partitionKey: string | null; readonly attemptId: string } | null;
}

/** A stored value that nothing refers to any more. */
export interface ValueToRemove {
  readonly assetKey: string;
  readonly partitionKey: string | null;
  readonly stored: StoredValue;
}

/** What became of a value that was to be removed. */
export type RemovalOutcome =
  | { readonly kind: "removed" }
  /** No asset of the code stores there any more: trying again would not help. */
  | { readonly kind: "out_of_reach"; readonly error: SerializedError }
  | { readonly kind: "failed"; readonly error: SerializedError };

/** What an attempt has stored longer ago than the grace time: an object, or a value that lies in none. */
export interface AgedObject {
  /** Place of its store among those of the process. */
  readonly store: number;
  /** Of the object; of a value, what tells it from others. */
  readonly key: string;
  /** A value without objects, as its I/O manager has listed it. */
  readonly value?: StoredValue;
  readonly bytes: number;
  /** Epoch milliseconds of the store's clock. */
  readonly modifiedAt: number;
  readonly assetKey: string;
  readonly partitionKey: string | null;
  readonly attemptId: string;
}

/** What a process that collects is asked to do, one thing after the other; the first is `begin`. */
export type CollectRequest =
  | { readonly kind: "begin"; readonly deploymentId: string; readonly graceMs: number }
  | { readonly kind: "remove"; readonly values: readonly ValueToRemove[] }
  /** The next page of what lies in the stores longer than the grace time. */
  | { readonly kind: "list" }
  | { readonly kind: "delete"; readonly objects: readonly AgedObject[] }
  /** Removes what interrupted writes have left and no key names, such as temporary files and open uploads. */
  | { readonly kind: "sweep" };

/** What it answers. `problems` keep nothing else from being done. */
export type CollectReply =
  | { readonly kind: "begun"; readonly problems: readonly SerializedError[] }
  | { readonly kind: "removed"; readonly outcomes: readonly RemovalOutcome[] }
  | {
      readonly kind: "listed";
      readonly objects: readonly AgedObject[];
      readonly isLast: boolean;
      readonly problems: readonly SerializedError[];
    }
  | {
      readonly kind: "deleted";
      readonly objects: number;
      readonly bytes: number;
      readonly problems: readonly SerializedError[];
    }
  | { readonly kind: "swept"; readonly pieces: number; readonly problems: readonly SerializedError[] };
