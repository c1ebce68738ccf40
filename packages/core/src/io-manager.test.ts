import { describe, expect, test } from "vitest";
import { ioManager, isIoManager, objectStore, type IoManagerParts, type ObjectStore } from "./io-manager.ts";

const stored = {
  io: "test",
  objects: ["a", "b", "c"].map((key) => ({ key, bytes: 1, sha256: "" })),
  dataVersion: "d",
};
const parts: IoManagerParts<number, number> = {
  name: "test",
  store: undefined,
  write: async () => stored,
  load: async () => 1,
};

function open(signal = new AbortController().signal) {
  const deleted: string[] = [];
  const store = objectStore({ name: "s", delete: async (key: string) => void deleted.push(key) } as ObjectStore);
  return { deleted, context: { assetKey: "a", partitionKey: null, store, signal } };
}

describe("ioManager", () => {
  test("removes the objects of a value where the I/O manager does not say how", async () => {
    const { deleted, context } = open();
    const io = ioManager({ ...parts });
    expect(isIoManager(io)).toBe(true);
    await io.remove(stored, context);
    expect(deleted).toEqual(["a", "b", "c"]);
  });

  test("removes no more when the signal has fired", async () => {
    const { deleted, context } = open(AbortSignal.abort(new Error("enough")));
    await expect(ioManager({ ...parts }).remove(stored, context)).rejects.toThrow("enough");
    expect(deleted).toEqual([]);
  });

  test("keeps what an I/O manager does itself, also one whose functions are methods of a class", async () => {
    class Counting {
      readonly name = "counting";
      readonly store = undefined;
      removed = 0;
      write = parts.write;
      async load() {
        return this.removed;
      }
      async remove() {
        this.removed += 1;
      }
    }
    const { deleted, context } = open();
    const io = ioManager<number, number>(new Counting());
    const { remove } = io;
    await remove(stored, context);
    expect(await io.load({ ...context, stored })).toBe(1);
    expect(deleted).toEqual([]);
  });
});
