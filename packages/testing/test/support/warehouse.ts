import type { AnyIoManager, InputContext, OutputContext, StoredValue } from "@heddle/core";
import { memoryStore } from "@heddle/io/memory";
import { createTestDatabase } from "@heddle/test-support";
import { randomUUID } from "node:crypto";

/** A row of a plain query. */
export type PlainRow = Readonly<Record<string, unknown>>;

/** A database of a user's, and the contexts of attempts that store in it. */
export interface Warehouse extends AsyncDisposable {
  readonly url: string;
  /** Runs SQL as somebody who does not know Heddle. */
  query(text: string): Promise<readonly PlainRow[]>;
  /** The context of a new attempt; a later one has the higher fence. */
  attempt(options?: Partial<OutputContext>): OutputContext;
  /** Stores and publishes a value as one attempt does. */
  materialize(io: AnyIoManager, value: unknown, options?: Partial<OutputContext>): Promise<StoredValue>;
  /** The context of somebody who reads. */
  reader(stored: StoredValue, options?: Partial<InputContext>): InputContext;
}

export const ASSET = "weather/raw";

/** Makes a new database for one test file. */
export async function createWarehouse(): Promise<Warehouse> {
  const database = await createTestDatabase();
  const store = memoryStore();
  const target = { assetKey: ASSET, partitionKey: null, store, signal: new AbortController().signal };
  let fence = 0;
  const attempt: Warehouse["attempt"] = (options = {}) => ({
    ...target,
    attemptId: randomUUID(),
    fence: (fence += 1),
    ...options,
  });
  return {
    url: database.url,
    query: (text) => database.db.transaction("query", async ({ sql }) => [...(await sql.unsafe<PlainRow[]>(text, []))]),
    attempt,
    async materialize(io, value, options) {
      const context = attempt(options);
      const stored = await io.write(value, context);
      await io.publish?.(stored, context);
      return stored;
    },
    reader: (stored, options = {}) => ({ ...target, stored, ...options }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
