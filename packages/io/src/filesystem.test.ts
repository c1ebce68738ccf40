import { mkdir, readdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { collect } from "../test/collect.ts";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { unaborted } from "../test/unaborted.ts";
import { filesystemStore } from "./filesystem.ts";

const code = (expected: string) => expect.objectContaining({ code: expected });

const filesBelow = async (path: string) =>
  (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

describe("filesystemStore", () => {
  test("lays objects out as files that other programs can open", async () => {
    await using directory = await temporaryDirectory();
    const store = filesystemStore({ directory: join(directory.path, "not/made/yet") });
    await store.put("weather/raw/2012-01-01/1.json", Buffer.from("{}"), unaborted);
    const path = join(directory.path, "not/made/yet/weather/raw/2012-01-01/1.json");
    expect(store.locate("weather/raw/2012-01-01/1.json")).toBe(path);
    expect(await readFile(path, "utf8")).toBe("{}");
    expect(await filesBelow(directory.path)).toEqual(["1.json"]);
  });

  test("works in a directory that is a symbolic link", async () => {
    await using directory = await temporaryDirectory();
    await mkdir(join(directory.path, "disk"));
    await symlink(join(directory.path, "disk"), join(directory.path, "data"));
    const store = filesystemStore({ directory: join(directory.path, "data") });
    const object = await store.put("a/1.bin", Buffer.from("x"), unaborted);
    expect(Buffer.from(await store.get(object, unaborted)).toString()).toBe("x");
    expect(store.locate("a/1.bin")).toBe(join(directory.path, "data/a/1.bin"));
    expect(await filesBelow(join(directory.path, "disk"))).toEqual(["1.bin"]);
  });

  test("says what is wrong with a directory that it cannot have", async () => {
    await using directory = await temporaryDirectory();
    await writeFile(join(directory.path, "taken"), "x");
    for (const path of [join(directory.path, "taken"), join(directory.path, "taken/data")]) {
      const store = filesystemStore({ directory: path });
      await expect(store.put("a/1.bin", Buffer.from("x"), unaborted)).rejects.toThrow(
        expect.objectContaining({
          code: "IO_STORE_FAILED",
          message: expect.stringContaining(`cannot open ${path} (E`),
          hint: expect.stringContaining("A file lies where a directory has to be"),
          details: expect.objectContaining({ permanent: true }),
        }),
      );
    }
  });

  test("does not follow a link out of its directory, neither a directory's nor a file's", async () => {
    await using directory = await temporaryDirectory();
    const outside = join(directory.path, "outside");
    await mkdir(outside);
    await mkdir(join(directory.path, "data/b"), { recursive: true });
    await writeFile(join(outside, "1.bin"), "x");
    await symlink(outside, join(directory.path, "data/a"));
    await symlink(join(outside, "1.bin"), join(directory.path, "data/b/1.bin"));
    const store = filesystemStore({ directory: join(directory.path, "data") });
    const object = {
      key: "a/1.bin",
      bytes: 1,
      sha256: "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    };
    await expect(store.put("a/2.bin", Buffer.from("y"), unaborted)).rejects.toThrow(code("IO_KEY_INVALID"));
    await expect(store.get(object, unaborted)).rejects.toThrow(code("IO_KEY_INVALID"));
    await expect(store.delete("a/1.bin")).rejects.toThrow(code("IO_KEY_INVALID"));
    await expect(store.get({ ...object, key: "b/1.bin" }, unaborted)).rejects.toThrow(code("IO_OBJECT_CORRUPT"));
    expect(await collect(store.list(""))).toEqual([]);
    expect(await readdir(outside)).toEqual(["1.bin"]);
  });

  test("removes what interrupted writes left behind, once it is old", async () => {
    await using directory = await temporaryDirectory();
    const store = filesystemStore({ directory: directory.path });
    await store.put("a/1.bin", Buffer.from("x"), unaborted);
    const [old, fresh] = [join(directory.path, "a/.tmp-old"), join(directory.path, "a/.tmp-fresh")];
    await Promise.all([writeFile(old, "half"), writeFile(fresh, "half")]);
    const yesterday = new Date(Date.now() - 86_400_000);
    await utimes(old, yesterday, yesterday);
    expect((await collect(store.list(""))).map(({ key }) => key)).toEqual(["a/1.bin"]);
    expect(await store.removeAbandoned({ olderThanMs: 3_600_000, ...unaborted })).toBe(1);
    expect((await readdir(join(directory.path, "a"))).toSorted()).toEqual([".tmp-fresh", "1.bin"]);
  });

  test("leaves no empty directories and no foreign files out of account", async () => {
    await using directory = await temporaryDirectory();
    const store = filesystemStore({ directory: directory.path });
    await store.put("a/b/c/1.bin", Buffer.from("x"), unaborted);
    await writeFile(join(directory.path, "a/read me.txt"), "by somebody else");
    await store.delete("a/b/c/1.bin");
    expect(await readdir(directory.path, { recursive: true })).toEqual(["a", "a/read me.txt"]);
    expect(await collect(store.list(""))).toEqual([]);
  });

  test("gives up without a trace when it is aborted while it writes", async () => {
    await using directory = await temporaryDirectory();
    const store = filesystemStore({ directory: directory.path });
    const controller = new AbortController();
    const writing = store.put("a/1.bin", new Uint8Array(64 * 1024 * 1024), { signal: controller.signal });
    const reason = new Error("canceled");
    queueMicrotask(() => controller.abort(reason));
    await expect(writing).rejects.toBe(reason);
    expect(await filesBelow(directory.path)).toEqual([]);
  });

  test("says what to do when something else is in the way", async () => {
    await using directory = await temporaryDirectory();
    const store = filesystemStore({ directory: directory.path });
    await writeFile(join(directory.path, "a"), "a file where a directory is needed");
    await expect(store.put("a/1.bin", Buffer.from("x"), unaborted)).rejects.toThrow(
      expect.objectContaining({
        code: "IO_STORE_FAILED",
        hint: expect.stringMatching(/A file lies where a directory/) as string,
      }),
    );
    await expect(store.get({ key: "a/1.bin", bytes: 1, sha256: "" }, unaborted)).rejects.toThrow(
      code("IO_OBJECT_MISSING"),
    );
  });
});
