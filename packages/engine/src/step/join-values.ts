import { HeddleError } from "@heddle/core";

/** The values of partitions, to be joined into one. */
export interface JoinableValues {
  /** Key of the asset that they are of. */
  readonly upstream: string;
  /** Loads them in order; `concurrency` as in `PartitionedInput.load`. */
  load(options: { readonly concurrency: number }): AsyncIterable<unknown>;
  /** What stands for the joined values of no partitions; absent when nothing is known to. */
  readonly empty: (() => unknown) | undefined;
}

/** Lists and tables are loaded so many at a time. */
const CONCURRENCY = 4;
/** One that is being read, and one that is opened meanwhile. */
const STREAM_CONCURRENCY = 1;
/** A table takes so many others at a time: a call cannot have any number of arguments. */
const TABLES_AT_ONCE = 1024;

interface Table {
  concat(...others: readonly unknown[]): Table;
}

/**
 * Joins the values of partitions into one, in order. What they are is known when the first of them has been loaded;
 * those that are `undefined` are left out.
 *
 * @throws STEP_INPUT_NOT_JOINABLE
 */
export async function joinValues(values: JoinableValues): Promise<unknown> {
  const opened = values.load({ concurrency: CONCURRENCY })[Symbol.asyncIterator]();
  const first = await nextValue(opened);
  if (first === undefined) return joinNone(values);
  if (Array.isArray(first)) return joinLists(first, opened, values);
  if (isTable(first)) return joinTables(first, opened, values);
  // What was loaded ahead are streams that nobody has begun to read.
  await opened.return?.();
  if (isAsyncIterable(first)) return joinStreams(values);
  throw notJoinable(values, "its values are neither lists, nor Arrow tables, nor async iterables");
}

function joinNone({ empty, upstream }: JoinableValues): unknown {
  if (empty !== undefined) return empty();
  throw new HeddleError("STEP_INPUT_NOT_JOINABLE", `there is no partition of ${upstream} with a value to join`, {
    hint: "Look at `size` before you join, or loop over the partitions.",
    details: { upstream },
  });
}

async function joinLists(
  first: readonly unknown[],
  rest: AsyncIterator<unknown>,
  values: JoinableValues,
): Promise<unknown[]> {
  const joined: unknown[] = [];
  for (let list: unknown = first; list !== undefined; list = await nextValue(rest)) {
    if (!Array.isArray(list)) throw notJoinable(values, "some of its values are lists and some are not");
    for (const item of list) joined.push(item);
  }
  return joined;
}

async function joinTables(first: Table, rest: AsyncIterator<unknown>, values: JoinableValues): Promise<Table> {
  let joined = first;
  let tables: Table[] = [];
  for (let table = await nextValue(rest); table !== undefined; table = await nextValue(rest)) {
    if (!isTable(table)) throw notJoinable(values, "some of its values are tables and some are not");
    if (tables.push(table) < TABLES_AT_ONCE) continue;
    joined = joined.concat(...tables);
    tables = [];
  }
  return tables.length === 0 ? joined : joined.concat(...tables);
}

function joinStreams(values: JoinableValues): AsyncIterable<unknown> {
  return {
    async *[Symbol.asyncIterator]() {
      for await (const stream of values.load({ concurrency: STREAM_CONCURRENCY })) {
        if (stream === undefined) continue;
        if (!isAsyncIterable(stream)) throw notJoinable(values, "some of its values are streams and some are not");
        yield* stream;
      }
    },
  };
}

/** The next value that is there; `undefined` at the end. */
async function nextValue(values: AsyncIterator<unknown>): Promise<unknown> {
  for (;;) {
    const { done, value } = await values.next();
    if (done === true || value !== undefined) return done === true ? undefined : value;
  }
}

function isTable(value: unknown): value is Table {
  return (
    typeof value === "object" &&
    value !== null &&
    "numRows" in value &&
    "concat" in value &&
    typeof value.concat === "function"
  );
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function notJoinable({ upstream }: JoinableValues, why: string): HeddleError {
  return new HeddleError("STEP_INPUT_NOT_JOINABLE", `the partitions of ${upstream} cannot be joined: ${why}`, {
    hint: "Loop over the partitions instead.",
    details: { upstream },
  });
}
