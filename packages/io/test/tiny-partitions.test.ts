import { objectStore, type InputContext, type ObjectStore, type StoredValue } from "@heddle/core";
import { describe, expect, test } from "vitest";
import { filesystemStore } from "../src/filesystem.ts";
import { json } from "../src/json.ts";
import { s3Store } from "../src/s3.ts";
import { GATEWAY_START_MS, sharedBucket } from "./support/shared-bucket.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { unaborted } from "./unaborted.ts";

// Many partitions of a few bytes each: what a partition costs does not depend on how many others there are.

const AT_ONCE = 32;
const ENOUGH_MS = 400_000;

/** A store that refuses to list: neither a write nor a read may need to know what else there is. */
function withoutLists(store: ObjectStore): ObjectStore {
  return objectStore({
    ...store,
    list(): never {
      throw new Error("a partition was looked for in a list");
    },
  });
}

async function atOnce(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function openFilesystem(): Promise<AsyncDisposable & { readonly store: ObjectStore }> {
  const directory = await temporaryDirectory();
  return {
    store: filesystemStore({ directory: directory.path }),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

async function openGateway(): Promise<AsyncDisposable & { readonly store: ObjectStore }> {
  const { options } = await sharedBucket();
  return { store: s3Store({ ...options, prefix: "tiny" }), async [Symbol.asyncDispose]() {} };
}

describe.each([
  [20_000, "a directory", openFilesystem],
  // Three pages of a listing.
  [2_200, "a bucket of the RADOS gateway", openGateway],
] as const)("%i tiny partitions in %s", (count, _name, open) => {
  test(
    "are written, read one by one without a list, listed in order, and removed",
    async () => {
      await using opened = await open();
      const { store } = opened;
      const unlisted = { assetKey: "tiny", store: withoutLists(store), ...unaborted };
      const values: StoredValue[] = [];
      await atOnce(count, async (index) => {
        const target = { ...unlisted, partitionKey: `p${index}`, attemptId: "1-1", fence: 1 };
        values[index] = await json().write({ n: index }, target);
      });
      const inputOf = (index: number, stored: StoredValue): InputContext => ({
        ...unlisted,
        partitionKey: `p${index}`,
        stored,
      });
      for (const [index, stored] of [...values.entries()].filter(([place]) => place % 997 === 0)) {
        expect(await json().load(inputOf(index, stored))).toEqual({ n: index });
      }
      const keys: string[] = [];
      for await (const { key } of store.list("tiny/")) keys.push(key);
      expect(keys).toHaveLength(count);
      expect(keys).toEqual(keys.toSorted());
      expect(new Set(keys)).toEqual(new Set(values.flatMap(({ objects }) => objects.map(({ key }) => key))));
      // Whoever looks for the first few does not wait for the others.
      const [first] = keys;
      for await (const { key } of store.list("tiny/")) {
        expect(key).toBe(first);
        break;
      }
      await atOnce(count, async (index) => {
        const stored = values[index];
        if (stored !== undefined) await json().remove(stored, inputOf(index, stored));
      });
      for await (const { key } of store.list("")) throw new Error(`${key} is left`);
    },
    ENOUGH_MS + GATEWAY_START_MS,
  );
});
