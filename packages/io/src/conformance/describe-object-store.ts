import type { ListedObject, ObjectStore, StoredObject } from "@heddle/core";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { collect, flipBit, inChunks, randomContent, unaborted } from "./contents.ts";

const code = (expected: string) => expect.objectContaining({ code: expected });

const listed = (store: ObjectStore, prefix = ""): Promise<ListedObject[]> => collect(store.list(prefix));

const keysOf = async (store: ObjectStore, prefix?: string) => (await listed(store, prefix)).map(({ key }) => key);

/** A store under test, with a way to damage what it holds. */
export interface TestStore extends AsyncDisposable {
  readonly store: ObjectStore;
  /** Replaces the content of an object behind the store's back. */
  damage(key: string, change: (content: Uint8Array) => Uint8Array): Promise<void>;
}

const MIB = 1024 * 1024;

/**
 * The contract of every store, as tests of vitest: call it in a test file. `open` gives an empty store, which is used by
 * one test.
 *
 * @example
 * describeObjectStore("Azure", async () => ({ store: azureStore({ container }), damage, [Symbol.asyncDispose]: clear }));
 */
export function describeObjectStore(name: string, open: () => Promise<TestStore>): void {
  describe(`${name} store`, () => {
    describeWholeObjects(open);
    describeStreams(open);
    describeRanges(open);
    describeKeys(open);
  });
}

type Open = () => Promise<TestStore>;

function describeWholeObjects(open: Open): void {
  test.each([0, 1, 65_537, 9_000_000])("gives back %d bytes with their checksum", async (length) => {
    await using opened = await open();
    const body = randomContent(length);
    const object = await opened.store.put("a/b/1.bin", body, unaborted);
    const sha256 = createHash("sha256").update(body).digest("hex");
    expect(object).toMatchObject({ key: "a/b/1.bin", bytes: length, sha256 });
    const read = await opened.store.get(object, unaborted);
    expect(Buffer.compare(read, body)).toBe(0);
    expect(Object.getPrototypeOf(read)).toBe(Uint8Array.prototype);
  });

  test("holds what was put, whatever happens to the array afterwards", async () => {
    await using opened = await open();
    const body = Uint8Array.of(1, 2, 3);
    const object = await opened.store.put("a.bin", body, unaborted);
    body.fill(9);
    const read = await opened.store.get(object, unaborted);
    expect([...read]).toEqual([1, 2, 3]);
    read.fill(9);
    expect([...(await opened.store.get(object, unaborted))]).toEqual([1, 2, 3]);
  });

  test("takes the same content again, and never replaces a content", async () => {
    await using opened = await open();
    const first = await opened.store.put("a/1.bin", Buffer.from("one"), unaborted);
    expect(await opened.store.put("a/1.bin", Buffer.from("one"), unaborted)).toEqual(first);
    for (const other of ["two", "longer", ""]) {
      await expect(opened.store.put("a/1.bin", Buffer.from(other), unaborted)).rejects.toThrow(
        code("IO_OBJECT_EXISTS"),
      );
    }
    expect(Buffer.from(await opened.store.get(first, unaborted)).toString()).toBe("one");
    expect(await keysOf(opened.store)).toEqual(["a/1.bin"]);
  });

  test("lets one of many writers of one key win, and all that bring the same content", async () => {
    await using opened = await open();
    const same = await Promise.all(
      Array.from({ length: 16 }, () => opened.store.put("s/1.bin", Buffer.from("x"), unaborted)),
    );
    expect(new Set(same.map(({ sha256 }) => sha256)).size).toBe(1);

    const different = await Promise.allSettled(
      Array.from({ length: 16 }, (_, index) => opened.store.put("d/1.bin", Buffer.from(`${index}`), unaborted)),
    );
    const winners = different.filter((result) => result.status === "fulfilled");
    const losers = different.filter((result) => result.status === "rejected");
    expect(winners).toHaveLength(1);
    expect(losers.map(({ reason }): unknown => reason)).toEqual(
      Array.from({ length: 15 }, () => code("IO_OBJECT_EXISTS")),
    );
    for (const { value } of winners) expect(await opened.store.get(value, unaborted)).toHaveLength(value.bytes);
  });

  test("says that an object is missing, and where", async () => {
    await using opened = await open();
    const object: StoredObject = { key: "gone/1.bin", bytes: 1, sha256: "00" };
    await expect(opened.store.get(object, unaborted)).rejects.toThrow(code("IO_OBJECT_MISSING"));
    await expect(opened.store.get(object, unaborted)).rejects.toThrow(opened.store.locate("gone/1.bin"));
  });

  test.each([
    ["a flipped bit", flipBit],
    ["a missing end", (content: Uint8Array) => content.slice(0, -1)],
    ["an added end", (content: Uint8Array) => Uint8Array.from([...content, 0])],
    ["no content", () => new Uint8Array()],
  ])("finds %s", async (_name, change) => {
    await using opened = await open();
    const object = await opened.store.put("a/1.bin", Buffer.from("content"), unaborted);
    await opened.damage("a/1.bin", change);
    const reading = opened.store.get(object, unaborted);
    await expect(reading).rejects.toThrow(code("IO_OBJECT_CORRUPT"));
    await expect(reading).rejects.toThrow(opened.store.locate("a/1.bin"));
  });
}

function describeStreams(open: Open): void {
  test.each([0, 1, MIB - 1, MIB, MIB + 1, 20 * MIB + 7])("streams %d bytes in and out", async (length) => {
    await using opened = await open();
    const body = randomContent(length);
    const object = await opened.store.putStream("a/1.bin", inChunks(body, 300_000), unaborted);
    const sha256 = createHash("sha256").update(body).digest("hex");
    expect(object).toMatchObject({ key: "a/1.bin", bytes: length, sha256 });
    expect(Buffer.compare(Buffer.concat(await collect(opened.store.stream(object, unaborted))), body)).toBe(0);
    expect(Buffer.compare(await opened.store.get(object, unaborted), body)).toBe(0);
    // One content has one description, however it was written.
    expect(await opened.store.put("a/2.bin", body, unaborted)).toEqual({ ...object, key: "a/2.bin" });
  });

  test("takes chunks of any length, empty ones and a buffer that is used again", async () => {
    await using opened = await open();
    const buffer = new Uint8Array(3 * MIB);
    const lengths = [0, 1, 3 * MIB, 0, 5, MIB, 2 * MIB - 1, 3 * MIB, 3 * MIB];
    async function* chunks() {
      for (const [index, length] of lengths.entries()) yield buffer.subarray(0, length).fill(index);
    }
    const object = await opened.store.putStream("a/1.bin", chunks(), unaborted);
    const expected = Buffer.concat(lengths.map((length, index) => Buffer.alloc(length, index)));
    expect(Buffer.compare(await opened.store.get(object, unaborted), expected)).toBe(0);
  });

  test("takes the same stream again, and never replaces a content by another", async () => {
    await using opened = await open();
    for (const length of [10, 20 * MIB]) {
      const [key, body, other] = [`a/${length}.bin`, randomContent(length), randomContent(length).fill(1)];
      const first = await opened.store.putStream(key, inChunks(body, 5 * MIB), unaborted);
      expect(await opened.store.putStream(key, inChunks(body, 7 * MIB), unaborted)).toEqual(first);
      expect(await opened.store.put(key, body, unaborted)).toEqual(first);
      await expect(opened.store.putStream(key, inChunks(other, 5 * MIB), unaborted)).rejects.toThrow(
        code("IO_OBJECT_EXISTS"),
      );
      await expect(opened.store.put(key, other, unaborted)).rejects.toThrow(code("IO_OBJECT_EXISTS"));
      expect(Buffer.compare(await opened.store.get(first, unaborted), body)).toBe(0);
    }
    expect(await opened.store.removeAbandoned({ olderThanMs: -60_000, ...unaborted })).toBe(0);
  });

  test("shows nothing of a stream that is being written", async () => {
    await using opened = await open();
    const seen: number[] = [];
    async function* chunks() {
      for (let index = 0; index < 4; index += 1) {
        yield randomContent(5 * MIB);
        seen.push((await keysOf(opened.store)).length);
      }
    }
    await opened.store.putStream("a/1.bin", chunks(), unaborted);
    expect(seen).toEqual([0, 0, 0, 0]);
    expect(await keysOf(opened.store)).toEqual(["a/1.bin"]);
  });

  test.each([0, 1, 4])(
    "stores nothing of a stream that throws after %d chunks, and passes its error on",
    async (count) => {
      await using opened = await open();
      const reason = new Error("the source went away");
      async function* chunks() {
        for (let index = 0; index < count; index += 1) yield randomContent(5 * MIB);
        throw reason;
      }
      await expect(opened.store.putStream("a/1.bin", chunks(), unaborted)).rejects.toBe(reason);
      expect(await keysOf(opened.store)).toEqual([]);
      expect(await opened.store.removeAbandoned({ olderThanMs: -60_000, ...unaborted })).toBe(0);
    },
  );

  test("refuses a chunk that is not bytes, and ends the stream", async () => {
    await using opened = await open();
    let isEnded = false;
    async function* chunks() {
      try {
        yield Buffer.from("x");
        // A program without types can do this.
        yield "text" as unknown as Uint8Array;
      } finally {
        isEnded = true;
      }
    }
    await expect(opened.store.putStream("a/1.bin", chunks(), unaborted)).rejects.toThrow(code("IO_VALUE_NOT_STORABLE"));
    expect(isEnded).toBe(true);
    expect(await keysOf(opened.store)).toEqual([]);
  });

  test("gives up a stream when the signal fires, also one that does not answer", async () => {
    await using opened = await open();
    const controller = new AbortController();
    const reason = new Error("the step was canceled");
    async function* chunks() {
      yield randomContent(20 * MIB);
      setImmediate(() => controller.abort(reason));
      await new Promise(() => {});
    }
    const writing = opened.store.putStream("a/1.bin", chunks(), { signal: controller.signal });
    await expect(writing).rejects.toBe(reason);
    expect(await keysOf(opened.store)).toEqual([]);
    expect(await opened.store.removeAbandoned({ olderThanMs: -60_000, ...unaborted })).toBe(0);
  });

  test("can be left in the middle of reading, and stops when the signal fires", async () => {
    await using opened = await open();
    const body = randomContent(20 * MIB);
    const object = await opened.store.put("a/1.bin", body, unaborted);
    for await (const chunk of opened.store.stream(object, unaborted)) {
      expect(Buffer.compare(chunk, body.subarray(0, chunk.length))).toBe(0);
      break;
    }
    const controller = new AbortController();
    const reason = new Error("the step was canceled");
    const reading = (async () => {
      for await (const chunk of opened.store.stream(object, { signal: controller.signal })) {
        if (chunk.length > 0) controller.abort(reason);
      }
    })();
    await expect(reading).rejects.toBe(reason);
  });

  test.each([0, 5 * MIB, 12 * MIB - 1])("finds a flipped bit at byte %d before its part is handed out", async (at) => {
    await using opened = await open();
    const body = randomContent(12 * MIB);
    const object = await opened.store.put("a/1.bin", body, unaborted);
    await opened.damage("a/1.bin", (content) => content.with(at, (content[at] ?? 0) ^ 1));
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of opened.store.stream(object, unaborted)) {
        expect(Buffer.compare(chunk, body.subarray(bytes, bytes + chunk.length))).toBe(0);
        bytes += chunk.length;
      }
    })();
    await expect(reading).rejects.toThrow(code("IO_OBJECT_CORRUPT"));
    await expect(reading).rejects.toThrow(opened.store.locate("a/1.bin"));
    expect(bytes).toBeLessThanOrEqual(at);
  });

  test.each([
    ["a missing end", (content: Uint8Array) => content.slice(0, -1)],
    ["an added end", (content: Uint8Array) => Uint8Array.from([...content, 0])],
    ["no content", () => new Uint8Array()],
  ])("finds %s in a stream", async (_name, change) => {
    await using opened = await open();
    const object = await opened.store.put("a/1.bin", randomContent(2 * MIB), unaborted);
    await opened.damage("a/1.bin", change);
    await expect(collect(opened.store.stream(object, unaborted))).rejects.toThrow(code("IO_OBJECT_CORRUPT"));
    await expect(opened.store.getRange(object, { start: 0, end: 10, ...unaborted })).rejects.toThrow(
      code("IO_OBJECT_CORRUPT"),
    );
  });

  test("streams an object that was described without checksums of its blocks, and finds a flipped bit in it", async () => {
    await using opened = await open();
    const body = randomContent(9 * MIB);
    const { key, bytes, sha256 } = await opened.store.put("a/1.bin", body, unaborted);
    const object = { key, bytes, sha256 };
    expect(Buffer.compare(Buffer.concat(await collect(opened.store.stream(object, unaborted))), body)).toBe(0);
    expect(await opened.store.getRange(object, { start: 5, end: 9, ...unaborted })).toEqual(body.slice(5, 9));
    await opened.damage(key, flipBit);
    await expect(collect(opened.store.stream(object, unaborted))).rejects.toThrow(code("IO_OBJECT_CORRUPT"));
    await expect(opened.store.getRange(object, { start: 5, end: 9, ...unaborted })).rejects.toThrow(
      code("IO_OBJECT_CORRUPT"),
    );
  });
}

function describeRanges(open: Open): void {
  test("reads any range", async () => {
    await using opened = await open();
    for (const length of [1, 1000, 3 * MIB + 5]) {
      const body = randomContent(length);
      const object = await opened.store.put(`a/${length}.bin`, body, unaborted);
      const edges = [0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, length - 1, length].filter((edge) => edge <= length);
      for (const start of edges) {
        for (const end of edges.filter((edge) => edge >= start)) {
          const range = await opened.store.getRange(object, { start, end, ...unaborted });
          expect(range.length).toBe(end - start);
          expect(Buffer.compare(range, body.subarray(start, end))).toBe(0);
          expect(Object.getPrototypeOf(range)).toBe(Uint8Array.prototype);
        }
      }
    }
  });

  test.each([
    [-1, 5],
    [0, 101],
    [6, 5],
    [0.5, 5],
    [Number.NaN, 5],
    [0, Number.POSITIVE_INFINITY],
  ])("refuses a range from %d to %d of 100 bytes", async (start, end) => {
    await using opened = await open();
    const object = await opened.store.put("a/1.bin", randomContent(100), unaborted);
    await expect(opened.store.getRange(object, { start, end, ...unaborted })).rejects.toThrow(RangeError);
  });

  test("finds a flipped bit in the blocks of a range, and reads the others", async () => {
    await using opened = await open();
    const body = randomContent(4 * MIB);
    const object = await opened.store.put("a/1.bin", body, unaborted);
    await opened.damage("a/1.bin", (content) => content.with(2 * MIB, (content[2 * MIB] ?? 0) ^ 1));
    const reading = opened.store.getRange(object, { start: 3 * MIB - 2, end: 3 * MIB - 1, ...unaborted });
    await expect(reading).rejects.toThrow(code("IO_OBJECT_CORRUPT"));
    await expect(reading).rejects.toThrow(opened.store.locate("a/1.bin"));
    const range = await opened.store.getRange(object, { start: 100, end: 2 * MIB, ...unaborted });
    expect(Buffer.compare(range, body.subarray(100, 2 * MIB))).toBe(0);
    await opened.store.getRange(object, { start: 3 * MIB, end: 4 * MIB, ...unaborted });
  });

  test("does not trust checksums that cannot be right", async () => {
    await using opened = await open();
    const object = await opened.store.put("a/1.bin", randomContent(2 * MIB), unaborted);
    for (const blocks of [
      { bytes: MIB, crc32: "AAAA" },
      { bytes: 0, crc32: "" },
    ]) {
      const changed = { ...object, blocks };
      await expect(collect(opened.store.stream(changed, unaborted))).rejects.toThrow(code("IO_OBJECT_CORRUPT"));
    }
  });

  test("says that an object is missing, and where, however it is read", async () => {
    await using opened = await open();
    const object: StoredObject = { key: "gone/1.bin", bytes: 1, sha256: "00" };
    for (const read of [
      () => opened.store.getRange(object, { start: 0, end: 1, ...unaborted }),
      () => collect(opened.store.stream(object, unaborted)),
    ]) {
      const reading = read();
      await expect(reading).rejects.toThrow(code("IO_OBJECT_MISSING"));
      await expect(reading).rejects.toThrow(opened.store.locate("gone/1.bin"));
    }
  });
}

function describeKeys(open: Open): void {
  test("lists keys by prefix in the order of their bytes, with size and time", async () => {
    await using opened = await open();
    const before = Date.now() - 5_000;
    for (const key of ["a/b/1.bin", "a-b/1.bin", "a/1.bin", "a/b.bin", "ab/1.bin", "B/1.bin"]) {
      await opened.store.put(key, Buffer.from(key), unaborted);
    }
    const all = await listed(opened.store);
    expect(all.map(({ key }) => key)).toEqual(["B/1.bin", "a-b/1.bin", "a/1.bin", "a/b.bin", "a/b/1.bin", "ab/1.bin"]);
    expect(all.every(({ key, bytes }) => bytes === key.length)).toBe(true);
    expect(all.every(({ modifiedAt }) => modifiedAt > before && modifiedAt < Date.now() + 5_000)).toBe(true);
    expect(await keysOf(opened.store, "a/")).toEqual(["a/1.bin", "a/b.bin", "a/b/1.bin"]);
    expect(await keysOf(opened.store, "a/b")).toEqual(["a/b.bin", "a/b/1.bin"]);
    expect(await keysOf(opened.store, "a/b/")).toEqual(["a/b/1.bin"]);
    expect(await keysOf(opened.store, "none/")).toEqual([]);
  });

  test("deletes, also what is not there, and the key can be written again", async () => {
    await using opened = await open();
    await opened.store.put("a/b/1.bin", Buffer.from("one"), unaborted);
    await opened.store.put("a/2.bin", Buffer.from("two"), unaborted);
    await opened.store.delete("a/b/1.bin");
    await opened.store.delete("a/b/1.bin");
    await opened.store.delete("never/was/1.bin");
    expect(await keysOf(opened.store)).toEqual(["a/2.bin"]);
    const again = await opened.store.put("a/b/1.bin", Buffer.from("other"), unaborted);
    expect(Buffer.from(await opened.store.get(again, unaborted)).toString()).toBe("other");
  });

  test("writes and deletes side by side in one directory", async () => {
    await using opened = await open();
    const work = Array.from({ length: 60 }, async (_, index) => {
      const key = `deep/er/${index % 3}/${index}.bin`;
      await opened.store.put(key, Buffer.from(`${index}`), unaborted);
      if (index % 2 === 0) await opened.store.delete(key);
    });
    await Promise.all(work);
    expect(await keysOf(opened.store)).toHaveLength(30);
  });

  test("does nothing once the signal has fired, and rejects with its reason", async () => {
    await using opened = await open();
    const reason = new Error("the step was canceled");
    const signal = AbortSignal.abort(reason);
    await expect(opened.store.put("a/1.bin", Buffer.from("x"), { signal })).rejects.toBe(reason);
    expect(await keysOf(opened.store)).toEqual([]);
    const object = await opened.store.put("a/1.bin", Buffer.from("x"), unaborted);
    await expect(opened.store.get(object, { signal })).rejects.toBe(reason);
    await expect(collect(opened.store.stream(object, { signal }))).rejects.toBe(reason);
    await expect(opened.store.getRange(object, { start: 0, end: 1, signal })).rejects.toBe(reason);
    await expect(opened.store.putStream("a/2.bin", inChunks(randomContent(5), 1), { signal })).rejects.toBe(reason);
    await expect(opened.store.removeAbandoned({ olderThanMs: 0, signal })).rejects.toBe(reason);
    expect(await keysOf(opened.store)).toEqual(["a/1.bin"]);
  });

  test.each(["", "../x", "/etc/passwd", "a/../../x", "a\\b", "a//b", ".tmp-1", "a/.", "a\0b", "é/1.bin"])(
    "refuses the key %j",
    async (key) => {
      await using opened = await open();
      const object = { key, bytes: 1, sha256: "" };
      await expect(opened.store.put(key, Buffer.from("x"), unaborted)).rejects.toThrow(code("IO_KEY_INVALID"));
      await expect(opened.store.putStream(key, inChunks(Buffer.from("x"), 1), unaborted)).rejects.toThrow(
        code("IO_KEY_INVALID"),
      );
      await expect(collect(opened.store.stream(object, unaborted))).rejects.toThrow(code("IO_KEY_INVALID"));
      await expect(opened.store.getRange(object, { start: 0, end: 1, ...unaborted })).rejects.toThrow(
        code("IO_KEY_INVALID"),
      );
      await expect(opened.store.get(object, unaborted)).rejects.toThrow(code("IO_KEY_INVALID"));
      await expect(opened.store.delete(key)).rejects.toThrow(code("IO_KEY_INVALID"));
    },
  );

  test("refuses to list outside of the root", async () => {
    await using opened = await open();
    await expect(listed(opened.store, "../")).rejects.toThrow(code("IO_KEY_INVALID"));
  });

  test("has nothing abandoned while no write was interrupted", async () => {
    await using opened = await open();
    await opened.store.put("a/1.bin", Buffer.from("x"), unaborted);
    expect(await opened.store.removeAbandoned({ olderThanMs: -60_000, ...unaborted })).toBe(0);
    expect(await keysOf(opened.store)).toEqual(["a/1.bin"]);
  });
}
