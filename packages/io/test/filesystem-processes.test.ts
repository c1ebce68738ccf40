import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesystemStore } from "../src/filesystem.ts";
import { runModule, startModule } from "./child-process.ts";
import { collect } from "./collect.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { unaborted } from "./unaborted.ts";

const WRITER = `
  import { filesystemStore } from "@heddle/io/filesystem";
  const signal = new AbortController().signal;
  const attempt = (work) => work.then((object) => object.bytes, (error) => error.code);
`;

describe("a directory shared by processes", () => {
  test("holds each object once, whoever wrote it first, and lets one of two contents win", async () => {
    await using directory = await temporaryDirectory();
    const writer = (name: string) =>
      runModule(`${WRITER}
        const store = filesystemStore({ directory: ${JSON.stringify(directory.path)} });
        const same = [];
        const different = [];
        for (let index = 0; index < 50; index += 1) {
          same.push(await attempt(store.put(\`same/\${index % 5}/\${index}.bin\`, Buffer.from(\`\${index}\`), { signal })));
          different.push(await attempt(store.put(\`different/\${index}.bin\`, Buffer.from("${name}"), { signal })));
        }
        console.log(JSON.stringify({ same, different }));
      `);
    const results = (await Promise.all(["one", "two", "six"].map(writer))) as {
      same: unknown[];
      different: unknown[];
    }[];
    const lengths = Array.from({ length: 50 }, (_, index) => `${index}`.length);
    for (const { same } of results) expect(same).toEqual(lengths);
    for (let index = 0; index < 50; index += 1) {
      const outcomes = results.map(({ different }) => different[index]);
      expect(outcomes.filter((outcome) => outcome === 3)).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === "IO_OBJECT_EXISTS")).toHaveLength(2);
    }
    const store = filesystemStore({ directory: directory.path });
    expect(await collect(store.list(""))).toHaveLength(100);
    expect(await store.removeAbandoned({ olderThanMs: -60_000, ...unaborted })).toBe(0);
  });

  test("shows nothing of a write whose process was killed, and is cleaned afterwards", async () => {
    await using directory = await temporaryDirectory();
    const child = startModule(`${WRITER}
      const store = filesystemStore({ directory: ${JSON.stringify(directory.path)} });
      const body = Buffer.alloc(8 * 1024 * 1024);
      for (let index = 0; ; index += 1) {
        body.writeInt32LE(index);
        await store.put(\`a/\${index}.bin\`, body, { signal });
        if (index === 2) console.log("writing");
      }
    `);
    await once(child.process.stdout!, "data");
    child.process.kill("SIGKILL");
    await expect(child.output).rejects.toThrow("SIGKILL");

    const store = filesystemStore({ directory: directory.path });
    const objects = await collect(store.list(""));
    expect(objects.length).toBeGreaterThanOrEqual(3);
    expect(objects.every(({ bytes }) => bytes === 8 * 1024 * 1024)).toBe(true);
    await store.removeAbandoned({ olderThanMs: -60_000, ...unaborted });
    expect(await readdir(join(directory.path, "a"))).toHaveLength(objects.length);
  });
});

test("shows nothing of a stream whose process was killed, and is cleaned afterwards", async () => {
  await using directory = await temporaryDirectory();
  const child = startModule(`${WRITER}
    const store = filesystemStore({ directory: ${JSON.stringify(directory.path)} });
    async function* endless() {
      const chunk = Buffer.alloc(1024 * 1024);
      for (let index = 0; ; index += 1) {
        yield chunk;
        if (index === 8) console.log("writing");
      }
    }
    await store.putStream("a/1.bin", endless(), { signal });
  `);
  await once(child.process.stdout!, "data");
  child.process.kill("SIGKILL");
  await expect(child.output).rejects.toThrow("SIGKILL");

  const store = filesystemStore({ directory: directory.path });
  expect(await collect(store.list(""))).toEqual([]);
  expect(await readdir(join(directory.path, "a"))).toHaveLength(1);
  expect(await store.removeAbandoned({ olderThanMs: 3_600_000, ...unaborted })).toBe(0);
  expect(await store.removeAbandoned({ olderThanMs: -60_000, ...unaborted })).toBe(1);
  expect(await readdir(join(directory.path, "a"))).toEqual([]);
});

test("streams more than it holds in memory, in and out", async () => {
  await using directory = await temporaryDirectory();
  const result = await runModule(`${WRITER}
    const store = filesystemStore({ directory: ${JSON.stringify(directory.path)} });
    async function* chunks() {
      const chunk = Buffer.alloc(100_000, 7);
      for (let index = 0; index < 4_000; index += 1) yield chunk;
    }
    const object = await store.putStream("a/1.bin", chunks(), { signal });
    let bytes = 0;
    for await (const chunk of store.stream(object, { signal })) bytes += chunk.length;
    console.log(JSON.stringify({ bytes, maxRssMb: process.resourceUsage().maxRSS / 1024 }));
  `);
  const { bytes, maxRssMb } = result as { bytes: number; maxRssMb: number };
  expect(bytes).toBe(400_000_000);
  // Node takes some 60 MB, the pieces on their way some 10 MB, the rest waits to be collected.
  expect(maxRssMb).toBeLessThan(300);
});

/** Runs a command in a mount namespace of its own, where it may mount a small disk without being root outside. */
const NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"];
const canMount =
  spawnSync(NAMESPACE[0]!, [...NAMESPACE.slice(1), "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

test.skipIf(!canMount)("a full disk fails the write, and leaves neither an object nor a piece of one", async () => {
  await using directory = await temporaryDirectory();
  const mount = ["sh", "-c", 'mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@"', directory.path];
  const result = await runModule(
    `${WRITER}
      import { readdirSync } from "node:fs";
      const directory = ${JSON.stringify(directory.path)};
      const store = filesystemStore({ directory });
      const small = await attempt(store.put("a/1.bin", Buffer.alloc(500_000), { signal }));
      const failed = await store.put("b/2.bin", Buffer.alloc(5_000_000), { signal }).then(() => null, (error) => error);
      async function* chunks() {
        for (let index = 0; index < 50; index += 1) yield Buffer.alloc(100_000);
      }
      const streamed = await store.putStream("b/4.bin", chunks(), { signal }).then(() => null, (error) => error);
      const again = await attempt(store.put("a/3.bin", Buffer.alloc(1_000_000), { signal }));
      const files = readdirSync(directory, { recursive: true }).filter((name) => name.includes(".")).sort();
      console.log(JSON.stringify({ small, code: failed.code, message: failed.message, hint: failed.hint, streamed: streamed.message, again, files }));
    `,
    { command: [...NAMESPACE, ...mount] },
  );
  expect(result).toEqual({
    small: 500_000,
    code: "IO_STORE_FULL",
    message: `cannot write ${directory.path}/b/2.bin: no space left (ENOSPC)`,
    hint: expect.stringContaining("Free space") as string,
    streamed: `cannot write ${directory.path}/b/4.bin: no space left (ENOSPC)`,
    again: 1_000_000,
    files: ["a/1.bin", "a/3.bin"],
  });
});
