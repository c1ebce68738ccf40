import { brand, hasBrand } from "./brand.ts";
import type { JsonValue } from "./types.ts";

/** One stored object: where it lies in its store, how long it is, and the checksum that every read verifies. */
export interface StoredObject {
  /** Key below the store's root, already encoded: only letters, digits, `_ - . %` and `/` between its parts. */
  readonly key: string;
  readonly bytes: number;
  /** SHA-256 of the content, hex. */
  readonly sha256: string;
}

/** One column of a stored table. `type` is the Arrow type's name, such as `Utf8` or `Timestamp<MILLISECOND>`. */
export interface StoredColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

/**
 * What an I/O manager says about a value that it has stored durably and that nobody can see yet. It becomes part of the
 * materialization when it is published, and is everything that `load` gets to find the value again. Plain JSON.
 */
export interface StoredValue {
  /** Name of the I/O manager that wrote it, such as `parquet`; loading with another one is refused. */
  readonly io: string;
  readonly objects: readonly StoredObject[];
  /** Content hash (hex) that stays the same when the value stays the same; it stops cascades of unchanged data. */
  readonly dataVersion: string;
  readonly rows?: number;
  readonly columns?: readonly StoredColumn[];
  /** Where it lies, in words that a person can open or paste; the engine asks the store. */
  readonly location?: string;
  /** What else the I/O manager needs to load the value again. */
  readonly details?: { readonly [key: string]: JsonValue };
}

/** Names one attempt at one partition of one asset: the part of a storage key that makes every write unique. */
export interface OutputTarget {
  readonly assetKey: string;
  /** Partition key, or `null` for an asset without partitions. */
  readonly partitionKey: string | null;
  /** Unique for each attempt (run and claim), so that no attempt ever overwrites another's object. */
  readonly attemptId: string;
}

/** What an I/O manager gets when it stores a value. */
export interface OutputContext extends OutputTarget {
  readonly store: ObjectStore;
  readonly signal: AbortSignal;
}

/** What an I/O manager gets when it loads a value. */
export interface InputContext {
  readonly assetKey: string;
  readonly partitionKey: string | null;
  readonly stored: StoredValue;
  readonly store: ObjectStore;
  /** Only these columns are needed; `undefined` means all. An I/O manager that cannot project ignores it. */
  readonly columns?: readonly string[];
  readonly signal: AbortSignal;
}

/** Stands for "what was returned is what is loaded": the loaded type of an I/O manager without a schema of its own. */
export interface SameAsStored {
  readonly "heddle same as stored": true;
}

/**
 * Stores an asset's value and loads it for consumers, partition by partition.
 *
 * `TStorable` is what the asset may return, `TLoaded` what a consumer gets: `SameAsStored` when that is the very type
 * which the asset returned. `store` must be durable when it resolves, and must write under keys that hold
 * `attemptId`; it never changes what an earlier attempt wrote.
 */
export interface IoManager<in TStorable = never, out TLoaded = unknown> {
  /** Name written into every stored value, such as `parquet`. */
  readonly name: string;
  /** The store of this I/O manager; `undefined` means the deployment's default store. */
  readonly store: ObjectStore | undefined;
  /** Stores `value` durably and unseen. @throws IO_VALUE_NOT_STORABLE when the value does not fit. */
  write(value: TStorable, context: OutputContext): Promise<StoredValue>;
  /** Loads a value that was published. @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT */
  load(context: InputContext): Promise<TLoaded>;
}

/** Any I/O manager, whatever it stores. */
// oxlint-disable-next-line typescript/no-explicit-any -- the erased form must accept every pair of type arguments
export type AnyIoManager = IoManager<any, any>;

/** Makes an I/O manager from its parts. */
export function ioManager<TStorable, TLoaded>(parts: IoManager<TStorable, TLoaded>): IoManager<TStorable, TLoaded> {
  return brand(parts, "io-manager");
}

/** What a store lists about an object. */
export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  /** When it was written, in epoch milliseconds of the store's clock. */
  readonly modifiedAt: number;
}

/**
 * A place for immutable objects under string keys: a directory, a bucket, a map. I/O managers bring the format, the
 * store brings durability.
 */
export interface ObjectStore {
  /** Name for people and for stored values, such as `filesystem`. */
  readonly name: string;
  /**
   * Writes an object durably and atomically: afterwards `key` holds all of `body`, or nothing. An existing object with
   * the same content counts as success (a repeated attempt). @throws IO_OBJECT_EXISTS, IO_STORE_FULL, IO_STORE_FAILED
   */
  put(key: string, body: Uint8Array, options: { readonly signal: AbortSignal }): Promise<StoredObject>;
  /** Reads a whole object and verifies size and checksum. @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT */
  get(object: StoredObject, options: { readonly signal: AbortSignal }): Promise<Uint8Array>;
  /** Removes an object; one that is not there is no error. */
  delete(key: string): Promise<void>;
  /** Lists objects whose key begins with `prefix` (`""` for all), in the order of their keys' bytes. */
  list(prefix: string): AsyncIterable<ListedObject>;
  /**
   * Removes what interrupted writes left behind and what no key names, such as temporary files, when it is older than
   * that. Returns how many pieces were removed.
   */
  removeAbandoned(options: { readonly olderThanMs: number; readonly signal: AbortSignal }): Promise<number>;
  /** Says where an object lies in words that a person can open or paste, such as a path or an `s3://` address. */
  locate(key: string): string;
}

/** Makes an object store from its parts. */
export function objectStore<TStore extends ObjectStore>(parts: TStore): TStore {
  return brand(parts, "object-store");
}

/** Says whether `value` was made by {@link ioManager}. */
export function isIoManager(value: unknown): value is AnyIoManager {
  return hasBrand(value, "io-manager");
}

/** Says whether `value` was made by {@link objectStore}. */
export function isObjectStore(value: unknown): value is ObjectStore {
  return hasBrand(value, "object-store");
}
