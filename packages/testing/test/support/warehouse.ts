import type { InputContext, OutputContext, StoredValue } from "@heddle/core";
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
  return {
    url: database.url,
    query: (text) => database.db.transaction("query", async ({ sql }) => [...(await sql.unsafe<PlainRow[]>(text, []))]),
    attempt: (options = {}) => ({ ...target, attemptId: randomUUID(), fence: (fence += 1), ...options }),
    reader: (stored, options = {}) => ({ ...target, stored, ...options }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
