import { type StoredObject } from "@heddle/core";
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { collect, flipBit, inChunks, randomContent, unaborted } from "./contents.ts";
import { code, keysOf, type Open } from "./test-store.ts";

const MIB = 1024 * 1024;

/** How contents of any length go in and out, piece by piece. */
export function describeStreams(open: Open): void {
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

/** How parts of an object are read. */
export function describeRanges(open: Open): void {
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
