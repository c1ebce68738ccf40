import {
  HeddleError,
  ioManager,
  isHeddleError,
  type ErrorCode,
  type InputContext,
  type IoManager,
  type MaybePromise,
  type ObjectStore,
  type OutputContext,
  type StoredColumn,
  type StoredObject,
  type StoredValue,
} from "@heddle/core";
import { encodeObjectKey } from "./object-key.ts";

/** A value as the bytes of one object, and what is recorded about it. */
export interface EncodedValue {
  readonly body: Uint8Array;
  /**
   * Content hash that stays the same when the value stays the same.
   * @default the SHA-256 of `body`, which is right when equal values have equal bytes
   */
  readonly dataVersion?: string;
  readonly rows?: number;
  readonly columns?: readonly StoredColumn[];
}

/** A format that keeps a value in one object: how it becomes bytes, and how bytes become a value. */
export interface ObjectFormat<TStorable, TLoaded> extends Pick<
  IoManager<TStorable, TLoaded>,
  "table" | "filters" | "preview" | "previewContent" | "empty"
> {
  /** Name of the I/O manager, written into every stored value, such as `parquet`. */
  readonly name: string;
  /** Of the objects' names, without a dot. */
  readonly extension: string;
  /** Where values are stored; the deployment's default store when it is absent. */
  readonly store: ObjectStore | undefined;
  /** @throws IO_VALUE_NOT_STORABLE; what else it throws reaches the step as it is */
  encode(value: TStorable, context: OutputContext): MaybePromise<EncodedValue>;
  /** Gets the bytes that `encode` made: their checksum has been verified. */
  decode(body: Uint8Array, context: InputContext): MaybePromise<TLoaded>;
}

/** Makes an I/O manager that stores each value as one object: it brings keys, checksums and errors to a format. */
export function encodedIoManager<TStorable, TLoaded>(
  format: ObjectFormat<TStorable, TLoaded>,
): IoManager<TStorable, TLoaded> {
  const { table, filters, preview, previewContent, empty } = format;
  return ioManager<TStorable, TLoaded>({
    name: format.name,
    store: format.store,
    ...(table !== undefined && { table }),
    ...(filters !== undefined && { filters }),
    ...(preview !== undefined && { preview }),
    ...(previewContent !== undefined && { previewContent }),
    ...(empty !== undefined && { empty }),
    async write(value, context) {
      const { store = context.store } = format;
      context.signal.throwIfAborted();
      const key = encodeObjectKey(context, format.extension);
      const encoded = await naming(context, () => format.encode(value, context));
      context.signal.throwIfAborted();
      const object = await store.put(key, encoded.body, { signal: context.signal });
      return describeStored(format.name, object, encoded);
    },
    async load(context) {
      const { store = context.store } = format;
      context.signal.throwIfAborted();
      const object = soleObject(format.name, context);
      const body = await naming(context, () => store.get(object, { signal: context.signal }));
      return naming(context, () => decode(format, body, context));
    },
  });
}

function describeStored(name: string, object: StoredObject, encoded: EncodedValue): StoredValue {
  const { rows, columns, dataVersion = object.sha256 } = encoded;
  return {
    io: name,
    objects: [object],
    dataVersion,
    ...(rows !== undefined && { rows }),
    ...(columns !== undefined && { columns }),
  };
}

/** The one object of a value that this I/O manager has written. @throws IO_MANAGER_MISMATCH */
export function soleObject(name: string, { stored, ...context }: InputContext): StoredObject {
  const [object] = stored.objects;
  if (stored.io === name && object !== undefined && stored.objects.length === 1) return object;
  const what = stored.io === name ? `${stored.objects.length} objects` : `a value of the I/O manager "${stored.io}"`;
  throw new HeddleError("IO_MANAGER_MISMATCH", `${subjectOf(context)} is stored as ${what}; "${name}" cannot load it`, {
    hint: `Materialize it again with "${name}", or give the asset "${stored.io}" again.`,
    details: { asset: context.assetKey, partition: context.partitionKey, stored: stored.io, declared: name },
  });
}

async function decode<TLoaded>(
  format: ObjectFormat<never, TLoaded>,
  body: Uint8Array,
  context: InputContext,
): Promise<TLoaded> {
  try {
    return await format.decode(body, context);
  } catch (error) {
    context.signal.throwIfAborted();
    throw unreadable(format.name, error);
  }
}

/** The error about content that is what was written and is not of its format; errors of Heddle stay as they are. */
export function unreadable(format: string, cause: unknown): HeddleError {
  if (isHeddleError(cause)) return cause;
  return new HeddleError("IO_OBJECT_CORRUPT", `it has the right checksum, and still cannot be read as ${format}`, {
    hint: "Another version of Heddle may have written it: materialize the partition again.",
    cause,
  });
}

/** Whose value an error is about is known here, and not where it is thrown. */
const NAMED_CODES = new Set<ErrorCode>([
  "IO_VALUE_NOT_STORABLE",
  "IO_OBJECT_MISSING",
  "IO_OBJECT_CORRUPT",
  "IO_SCHEMA_MISMATCH",
  "IO_COLUMN_UNKNOWN",
  "IO_CSV_INVALID",
]);

type Named = Pick<InputContext, "assetKey" | "partitionKey">;

/** Runs what works on a value, and names that value in its errors. */
export async function naming<T>(context: Named, act: () => MaybePromise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw nameError(context, error);
  }
}

/** Names the value in an error that is about it. */
export function nameError(context: Named, error: unknown): unknown {
  if (!isHeddleError(error) || !NAMED_CODES.has(error.code)) return error;
  return new HeddleError(error.code, `${subjectOf(context)}: ${error.message}`, {
    ...(error.hint !== undefined && { hint: error.hint }),
    details: { ...error.details, asset: context.assetKey, partition: context.partitionKey },
    cause: error,
  });
}

function subjectOf({ assetKey, partitionKey }: Named): string {
  return partitionKey === null ? `asset ${assetKey}` : `asset ${assetKey}, partition ${partitionKey}`;
}
