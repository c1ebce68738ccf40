import type { AnyIoManager, IoManager, SameAsStored } from "./io-manager.ts";
import type { JsonProblem } from "./json-type.ts";
import type { Output } from "./output.ts";
import type { JsonValue, MaybePromise, TypeError } from "./types.ts";

/** The value in what `materialize` returns: without promise and without `output()`. */
type ReturnedValue<TReturn> =
  Awaited<TReturn> extends infer TReturned ? (TReturned extends Output<infer TValue> ? TValue : TReturned) : never;

/** What consumers of an asset get: what its I/O manager loads, or the very type that `materialize` returns. */
export type LoadedValue<TIo, TReturn> =
  TIo extends IoManager<never, infer TLoaded>
    ? [TLoaded] extends [SameAsStored]
      ? WithoutVoid<ReturnedValue<TReturn>>
      : [ReturnedValue<TReturn>] extends [void]
        ? undefined
        : TLoaded | (undefined extends ReturnedValue<TReturn> ? undefined : never)
    : WithoutVoid<ReturnedValue<TReturn>>;

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
export type StorableReturn<TIo extends AnyIoManager | undefined, TReturn> =
  IsJson<StorableValue<TIo>> extends true ? JsonReturn<TReturn> : TypedReturn<StorableValue<TIo>>;

type TypedReturn<TStorable> = MaybePromise<TStorable | Output<TStorable> | void>;

type JsonReturn<TReturn> = unknown extends TReturn
  ? unknown // Nothing was inferred, because another option is wrong: that one error is enough.
  : [JsonProblem<ReturnedValue<TReturn>>] extends [never]
    ? unknown
    : TypeError<`This value cannot be stored as JSON: ${JsonProblem<ReturnedValue<TReturn>>}. Return plain JSON, or give the asset an I/O manager for it.`>;
