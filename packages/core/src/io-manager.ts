import { brand, hasBrand } from "./brand.ts";
import type { ContentPreview } from "./preview.ts";
import type { RowFilter } from "./row-filter.ts";
import type { JsonValue } from "./types.ts";

/** One stored object: where it lies in its store, how long it is, and the checksums that reads verify. */
export interface StoredObject {
  /** Key below the store's root, already encoded: only letters, digits, `_ - . %` and `/` between its parts. */
  readonly key: string;
  readonly bytes: number;
  /** SHA-256 of the content, hex. */
  readonly sha256: string;
  /**
   * Checksums of the content's parts, so that a stream or a range is verified as it is read. Absent for an object that
   * is not longer than one block, of which any part is verified by reading all of it.
   */
  readonly blocks?: {
    /** Length of every block but the last one, in bytes. */
    readonly bytes: number;
    /** CRC-32 of each block, in the order of the blocks: four bytes each, highest first, all together in base64. */
    readonly crc32: string;
  };
}

/** One column of a stored table. `type` is the Arrow type's name, such as `Utf8` or `Timestamp<MILLISECOND>`. */
export interface StoredColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  /** The least and the greatest cell of this value, where they are known; text is cut after 64 characters. */
  readonly min?: JsonValue;
  readonly max?: JsonValue;
  /** How many cells of this value have no value, where it is known. */
  readonly nulls?: number;
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
  /**
   * Grows with every attempt that is begun in a deployment: of two attempts at one partition, the one with the higher
   * number is the present one. `publish` refuses to go back behind a higher number.
   */
  readonly fence: number;
}

/** What an I/O manager gets when it loads a value. */
export interface InputContext {
  readonly assetKey: string;
  readonly partitionKey: string | null;
  readonly stored: StoredValue;
  readonly store: ObjectStore;
  /** Only these columns are needed; `undefined` means all. An I/O manager that cannot project ignores it. */
  readonly columns?: readonly string[];
  /**
   * Only the rows that fit are wanted; `undefined` means all. Given only to an I/O manager that `filters`: it gives
   * exactly those rows. The columns that it names need not be among `columns`.
   */
  readonly where?: RowFilter;
  readonly signal: AbortSignal;
}

/** The first rows of a stored value, for a person to look at. */
export interface TablePreview {
  readonly columns: readonly StoredColumn[];
  /** Cells in the order of `columns`, as JSON. */
  readonly rows: readonly (readonly JsonValue[])[];
  /** How many rows the value has in all; `null` when that is not known without reading it. */
  readonly totalRows: number | null;
}

/** What is asked of {@link IoManager.preview}. */
export interface PreviewOptions {
  /** Most rows that are wanted. */
  readonly rows: number;
}

/** What {@link IoManager.remove} gets besides the value. */
export interface RemovalContext {
  readonly assetKey: string;
  readonly partitionKey: string | null;
  readonly store: ObjectStore;
  readonly signal: AbortSignal;
}

/**
 * Which changes of its columns an asset may make from one materialization to the next: new nullable columns and wider
 * types (`additive`), every change (`any`), or none (`refuse`).
 */
export type SchemaDrift = "additive" | "any" | "refuse";

/** What an I/O manager of tables says about them. */
export interface TableContract {
  /** The declared columns; `null` when only a value tells which it has. */
  readonly columns: readonly StoredColumn[] | null;
  readonly drift: SchemaDrift;
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
  /** For I/O managers of tables; absent for values that are no tables. */
  readonly table?: TableContract;
  /**
   * `any`: `load` takes what any I/O manager has stored, and not only what one of this name has. For `dep(asset, { io })`.
   * @default what was stored under this name
   */
  readonly reads?: "any";
  /** Whether `load` honours `context.where`. @default false: a dependency that states `where` is refused */
  readonly filters?: boolean;
  /**
   * Stores `value` durably and unseen. What takes an async iterable stores it in constant memory.
   *
   * @throws IO_VALUE_NOT_STORABLE when the value does not fit.
   */
  write(value: TStorable, context: OutputContext): Promise<StoredValue>;
  /** Loads a value that was published. @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT */
  load(context: InputContext): Promise<TLoaded>;
  /**
   * Makes a staged value visible to readers that do not come through Heddle, where a store has such readers. It is
   * called after the blocking checks have passed and before Heddle's own pointer moves. Repeating it is harmless, and a
   * `context.fence` older than that of what is visible changes nothing and is no error.
   */
  publish?(stored: StoredValue, context: OutputContext): Promise<void>;
  /**
   * Removes a stored value that nothing refers to: never published, or superseded and collected. Removing what is not
   * there is no error. Of a value that `publish` has made visible, what was visible before it takes the place: its
   * attempt never came to publish it in Heddle. Where no I/O manager says otherwise it deletes `stored.objects`.
   */
  remove(stored: StoredValue, context: RemovalContext): Promise<void>;
  /** The first rows for a person, without loading the whole value. */
  preview?(context: InputContext, options: PreviewOptions): Promise<TablePreview>;
  /** The same for a value that is no table: its beginning as text, a small picture, the first bytes. */
  previewContent?(context: InputContext): Promise<ContentPreview>;
  /** What stands for the joined values of no partitions at all, such as an empty list; see `PartitionedInput.concat`. */
  empty?(): TLoaded;
  /**
   * Every value of an asset that is stored, whether it was published or not, for I/O managers whose values are no objects
   * of a store: what `ObjectStore.list` is for objects. Of an attempt that is over and that no materialization names,
   * nothing is needed any more: its value is given to `remove`, when it is older than the grace time.
   */
  listStored?(context: { readonly assetKey: string; readonly signal: AbortSignal }): AsyncIterable<ListedValue>;
}

/** Any I/O manager, whatever it stores. */
// oxlint-disable-next-line typescript/no-explicit-any -- the erased form must accept every pair of type arguments
export type AnyIoManager = IoManager<any, any>;

/** What {@link ioManager} takes: an I/O manager that may leave out what has a default. */
export interface IoManagerParts<in TStorable, out TLoaded> extends Omit<IoManager<TStorable, TLoaded>, "remove"> {
  readonly remove?: IoManager["remove"];
}

/** Makes an I/O manager from its parts. */
export function ioManager<TStorable, TLoaded>(
  parts: IoManagerParts<TStorable, TLoaded>,
): IoManager<TStorable, TLoaded> {
  // The very object that was given: a spread would lose the methods of a class.
  return brand(Object.assign(parts, { remove: parts.remove?.bind(parts) ?? removeObjects }), "io-manager");
}

async function removeObjects({ objects }: StoredValue, { store, signal }: RemovalContext): Promise<void> {
  for (const { key } of objects) {
    signal.throwIfAborted();
    await store.delete(key);
  }
}

/** What {@link IoManager.listStored} tells about a value. */
export interface ListedValue extends OutputTarget {
  readonly stored: StoredValue;
  /** When it was stored, in epoch milliseconds of the database's clock. */
  readonly modifiedAt: number;
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
  /**
   * Writes an object as `put` does, from chunks of any length that need not fit into memory together: it takes the next
   * chunk only when there is room for it. A chunk may be used again by the producer once the next one is asked for.
   * When `chunks` throws, nothing is stored and the error comes back as it is; when the signal fires, a producer that
   * does not answer is left behind.
   *
   * @throws IO_OBJECT_EXISTS, IO_STORE_FULL, IO_STORE_FAILED, IO_VALUE_NOT_STORABLE for a chunk that is not bytes
   */
  putStream(
    key: string,
    chunks: AsyncIterable<Uint8Array>,
    options: { readonly signal: AbortSignal },
  ): Promise<StoredObject>;
  /**
   * Up to this length, content that is in memory is better given to `put` than to `putStream`, in bytes.
   * @default 1048576
   */
  readonly putBytes?: number;
  /** Reads a whole object and verifies size and checksum. @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT */
  get(object: StoredObject, options: { readonly signal: AbortSignal }): Promise<Uint8Array>;
  /**
   * Reads an object in order, a few MiB at a time, whatever its length. Every chunk has been verified when it comes;
   * only an object of many MiB that was stored without `blocks` is verified at the end. A stream that is given up
   * early frees what it holds.
   *
   * @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT
   */
  stream(object: StoredObject, options: { readonly signal: AbortSignal }): AsyncIterable<Uint8Array>;
  /**
   * Reads the bytes from `start` up to, and without, `end`, and verifies them: it reads the blocks that hold them.
   *
   * @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT, a RangeError when the object has no such bytes
   */
  getRange(
    object: StoredObject,
    options: { readonly start: number; readonly end: number; readonly signal: AbortSignal },
  ): Promise<Uint8Array>;
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
  /**
   * The path of the file that holds an object and nothing else, for programs that read files themselves. Nothing about
   * it is verified. Absent where objects are no files.
   *
   * @throws IO_KEY_INVALID
   */
  pathOf?(key: string): Promise<string>;
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
