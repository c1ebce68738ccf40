import type { Failed } from "./chunk.ts";
import type { AnyIoManager, IoManager, SameAsStored } from "./io-manager.ts";
import type { JsonProblem } from "./json-type.ts";
import type { Output } from "./output.ts";
import type { JsonValue, MaybePromise, TypeError } from "./types.ts";

/** The value in what `materialize` returns: without promise and without `output()`. */
type ReturnedValue<TReturn> =
  Awaited<TReturn> extends infer TReturned ? (TReturned extends Output<infer TValue> ? TValue : TReturned) : never;

/**
 * Lets the compiler read `yield [key, value]` as a pair; without it, a list of either. What the function really has to
 * return is said by {@link StorableReturn}.
 */
export type PairsHint = AsyncIterable<readonly [unknown, unknown]> | Iterable<readonly [unknown, unknown]>;

/** `unknown` where `materialize` returns what it must, else an option `materialize` that says what it must return. */
export type ReturnCheck<TReturn, TStorable> = [TReturn] extends [TStorable]
  ? unknown
  : { readonly materialize: (context: never) => TStorable };

/** What a function that makes several partitions at a time yields. */
type EntryOf<TReturn> = Awaited<TReturn> extends AsyncIterable<infer TEntry> | Iterable<infer TEntry> ? TEntry : never;

/** The value in what such a function yields. */
type YieldedValue<TReturn> =
  EntryOf<TReturn> extends infer TEntry
    ? TEntry extends readonly [unknown, infer TYielded]
      ? ValueOfYielded<TYielded>
      : never
    : never;

type ValueOfYielded<TYielded> = TYielded extends Failed
  ? never
  : TYielded extends Output<infer TValue>
    ? TValue
    : TYielded;

/** The value that `materialize` makes of one partition. */
type MadeValue<TReturn, TChunk> = [TChunk] extends [undefined] ? ReturnedValue<TReturn> : YieldedValue<TReturn>;

/** What consumers of an asset get: what its I/O manager loads, or the very type that `materialize` makes. */
export type LoadedValue<TIo, TReturn, TChunk = undefined> = LoadedFrom<TIo, MadeValue<TReturn, TChunk>>;

type LoadedFrom<TIo, TMade> =
  TIo extends IoManager<never, infer TLoaded>
    ? [TLoaded] extends [SameAsStored]
      ? WithoutVoid<TMade>
      : [TMade] extends [void]
        ? undefined
        : TLoaded | (undefined extends TMade ? undefined : never)
    : WithoutVoid<TMade>;

/** A function without `return` stores nothing; consumers see `undefined`. */
type WithoutVoid<TValue> = TValue extends void ? undefined : TValue;

/** What the I/O manager takes; JSON when the asset declares none. */
type StorableValue<TIo> = TIo extends IoManager<infer TStorable> ? TStorable : JsonValue;

type IsAny<T> = 0 extends 1 & T ? true : false;

type IsJson<TStorable> =
  IsAny<TStorable> extends true
    ? false
    : [JsonValue] extends [TStorable]
      ? [TStorable] extends [JsonValue]
        ? true
        : false
      : false;

/**
 * What `materialize` must return so that the I/O manager can store it. For JSON the type is examined structurally, so
 * that interfaces fit and the error names the property that does not.
 */
export type StorableReturn<TIo extends AnyIoManager | undefined, TReturn, TChunk = undefined, TKey = string> = [
  TChunk,
] extends [undefined]
  ? IsJson<StorableValue<TIo>> extends true
    ? JsonReturn<TReturn>
    : TypedReturn<StorableValue<TIo>>
  : ChunkReturn<TIo, TReturn, TKey>;

/** The same for a function that makes several partitions at a time. */
type ChunkReturn<TIo, TReturn, TKey> = unknown extends TReturn
  ? unknown // Nothing was inferred, because another option is wrong: that one error is enough.
  : Awaited<TReturn> extends ChunkIterable<readonly [unknown, unknown]>
    ? [EntryOf<TReturn>] extends [readonly [TKey, unknown]]
      ? StorableEntries<TIo, TReturn, TKey>
      : MaybePromise<ChunkIterable<readonly [TKey, unknown]>>
    : TypeError<"An asset with `chunk` makes several partitions for each call: write `async *materialize({ partitions })` and `yield [partition.key, value]` for each of them.">;

type StorableEntries<TIo, TReturn, TKey> =
  IsJson<StorableValue<TIo>> extends true
    ? [JsonProblem<YieldedValue<TReturn>>] extends [never]
      ? unknown
      : TypeError<`This value cannot be stored as JSON: ${JsonProblem<YieldedValue<TReturn>>}. Yield plain JSON, or give the asset an I/O manager for it.`>
    : MaybePromise<ChunkIterable<readonly [TKey, StorableValue<TIo> | Output<StorableValue<TIo>> | Failed | void]>>;

type ChunkIterable<TEntry> = AsyncIterable<TEntry> | Iterable<TEntry>;

type TypedReturn<TStorable> = MaybePromise<TStorable | Output<TStorable> | void>;

type JsonReturn<TReturn> = unknown extends TReturn
  ? unknown // Nothing was inferred, because another option is wrong: that one error is enough.
  : [JsonProblem<ReturnedValue<TReturn>>] extends [never]
    ? unknown
    : TypeError<`This value cannot be stored as JSON: ${JsonProblem<ReturnedValue<TReturn>>}. Return plain JSON, or give the asset an I/O manager for it.`>;
