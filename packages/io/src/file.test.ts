import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { collect } from "../test/collect.ts";
import { flipBit } from "../test/contents.ts";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { bytes, bytesStream } from "./bytes.ts";
import { file } from "./file.ts";
import { memoryStore } from "./memory.ts";

function open(signal = new AbortController().signal) {
  const store = memoryStore();
  const context = { assetKey: "report", partitionKey: "2012", store, signal };
  return { store, context, target: { ...context, attemptId: "1", fence: 1 } };
}

const CONTENT = Buffer.alloc(1_500_000, "a file\n");

describe("file", () => {
  test("is streamed from its path into the store, and read or copied from there", async () => {
    const { store, context, target } = open();
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "Report 2012.PDF");
    await writeFile(path, CONTENT);
    const stored = await file().write(path, target);
    await rm(path);
    expect(stored.details).toEqual({ name: "Report 2012.PDF", mediaType: "application/pdf" });
    expect([...store.objects.keys()]).toEqual(["report/2012/1.pdf"]);

    const loaded = await file().load({ ...context, stored });
    expect(loaded).toMatchObject({ name: "Report 2012.PDF", mediaType: "application/pdf", size: CONTENT.length });
    expect(CONTENT.equals(await loaded.bytes())).toBe(true);
    expect(CONTENT.equals(Buffer.concat(await collect(loaded.stream())))).toBe(true);
    const copy = join(directory.path, "deep/er/copy.pdf");
    await loaded.copyTo(copy);
    await loaded.copyTo(pathToFileURL(copy));
    expect(CONTENT.equals(await readFile(copy))).toBe(true);
    expect(await readdir(join(directory.path, "deep/er"))).toEqual(["copy.pdf"]);
  });

  test("has the media type that is stated, and a name of its own without an extension", async () => {
    const { store, context, target } = open();
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "model.not-an-extension");
    await writeFile(path, "");
    const stored = await file({ mediaType: "application/x-model" }).write(pathToFileURL(path), target);
    expect([...store.objects.keys()]).toEqual(["report/2012/1.bin"]);
    expect(await file().load({ ...context, stored })).toMatchObject({ mediaType: "application/x-model", size: 0 });
  });

  test.each([[7], [""], [null], [new URL("https://example.com/a")], [{ path: "x" }]])(
    "that is not one is refused: %s",
    async (value) => {
      await expect(file().write(value as never, open().target)).rejects.toMatchObject({
        code: "IO_VALUE_NOT_STORABLE",
        message: expect.stringContaining("asset report, partition 2012: expected the path of a file"),
      });
    },
  );

  test("that is not there, or is a directory, is refused", async () => {
    const { target } = open();
    await expect(file().write("/nowhere/a.pdf", target)).rejects.toThrow('"/nowhere/a.pdf" cannot be opened (ENOENT)');
    await expect(file().write(import.meta.dirname, target)).rejects.toThrow("is no file");
  });

  test("that was damaged in the store is never left at the path that it is copied to", async () => {
    const { store, context, target } = open();
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "a.txt");
    await writeFile(path, CONTENT);
    const stored = await file().write(path, target);
    const body = [...store.objects.values()][0]!;
    body.set(flipBit(body));
    const loaded = await file().load({ ...context, stored });
    const copy = join(directory.path, "copies");
    await mkdir(copy);
    await writeFile(join(copy, "a.txt"), "before");
    await expect(loaded.copyTo(join(copy, "a.txt"))).rejects.toMatchObject({ code: "IO_OBJECT_CORRUPT" });
    expect(await readdir(copy)).toEqual(["a.txt"]);
    expect(await readFile(join(copy, "a.txt"), "utf8")).toBe("before");
    await expect(loaded.bytes()).rejects.toThrow("asset report, partition 2012");
  });
});

describe("bytes", () => {
  test("are taken at once or as a stream, and come back either way", async () => {
    const { context, target } = open();
    async function* chunks() {
      for (let from = 0; from < CONTENT.length; from += 100_000) yield CONTENT.subarray(from, from + 100_000);
    }
    const whole = await bytes().write(CONTENT, target);
    const streamed = await bytesStream().write(chunks(), { ...target, attemptId: "2" });
    expect(streamed.dataVersion).toBe(whole.dataVersion);
    expect(CONTENT.equals(await bytes().load({ ...context, stored: streamed }))).toBe(true);
    const stream = await bytesStream().load({ ...context, stored: whole });
    expect(CONTENT.equals(Buffer.concat(await collect(stream)))).toBe(true);
  });

  test("of a producer that uses its buffer again are what it yielded", async () => {
    const { context, target } = open();
    const buffer = Buffer.alloc(3);
    async function* reusing() {
      for (const letter of "abcd") yield buffer.fill(letter);
    }
    const stored = await bytes().write(reusing(), target);
    expect(Buffer.from(await bytes().load({ ...context, stored })).toString()).toBe("aaabbbcccddd");
  });

  test("that are none are refused, and nothing is stored", async () => {
    const { store, target } = open();
    async function* texts() {
      yield CONTENT;
      yield "text";
    }
    for (const value of [texts(), "text", 7, [1], null]) {
      await expect(bytes().write(value as never, target)).rejects.toMatchObject({ code: "IO_VALUE_NOT_STORABLE" });
    }
    expect(store.objects.size).toBe(0);
  });

  test("of a producer that never ends stop with the step", async () => {
    const controller = new AbortController();
    const { store, target } = open(controller.signal);
    async function* endless() {
      for (let count = 0; ; count += 1) {
        if (count === 100) controller.abort(new Error("canceled"));
        yield Buffer.alloc(1_000);
      }
    }
    await expect(bytes().write(endless(), target)).rejects.toThrow("canceled");
    expect(store.objects.size).toBe(0);
  });
});
