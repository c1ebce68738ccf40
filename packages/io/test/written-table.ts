import type { AnyIoManager, InputContext, ObjectStore, StoredValue } from "@heddle/core";

export const signal = new AbortController().signal;
/** What every attempt here is of. */
export const where = { assetKey: "weather/raw", partitionKey: "2012-01-01", signal };

let attempts = 0;

/** Every write is an attempt of its own. */
export function write(io: AnyIoManager, value: unknown, store: ObjectStore): Promise<StoredValue> {
  attempts += 1;
  return io.write(value, { ...where, store, attemptId: String(attempts), fence: attempts });
}

/** What a consumer asks for of a stored value. */
export function input(stored: StoredValue, store: ObjectStore, wish: Partial<InputContext> = {}): InputContext {
  return { ...where, stored, store, ...wish };
}
