import type { StoredObject } from "@heddle/core";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { collect, flipBit, inChunks, randomContent, unaborted } from "./contents.ts";
import { describeRanges, describeStreams } from "./describe-streams.ts";
import { code, keysOf, listed, PATIENCE, type Open } from "./test-store.ts";

export type { TestStore } from "./test-store.ts";

/**
 * The contract of every store, as tests of vitest: call it in a test file. `open` gives an empty store, which is used by
 * one test.
 *
 * @example
 * describeObjectStore("Azure", async () => ({ store: azureStore({ container }), damage, [Symbol.asyncDispose]: clear }));
 */
export function describeObjectStore(name: string, open: Open): void {
  describe(`${name} store`, PATIENCE, () => {
    describeWholeObjects(open);
    describeStreams(open);
    describeRanges(open);
    describeKeys(open);
  });
}

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
