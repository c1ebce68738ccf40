import { readFile, writeFile } from "node:fs/promises";
import { filesystemStore } from "../src/filesystem.ts";
import { memoryStore } from "../src/memory.ts";
import type { TestStore } from "../src/conformance/describe-object-store.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** The stores that need no server, by name. */
export const TEST_STORES: readonly { readonly name: string; open(): Promise<TestStore> }[] = [
  { name: "memory", open: openMemory },
  { name: "filesystem", open: openFilesystem },
];

async function openMemory(): Promise<TestStore> {
  const store = memoryStore();
  return {
    store,
    async damage(key, change) {
      // The map is read-only by its type alone.
      const objects = store.objects as Map<string, Uint8Array>;
      objects.set(key, change(objects.get(key)?.slice() ?? new Uint8Array()));
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function openFilesystem(): Promise<TestStore> {
  const directory = await temporaryDirectory();
  const store = filesystemStore({ directory: directory.path });
  return {
    store,
    damage: async (key, change) =>
      writeFile(store.locate(key), change(new Uint8Array(await readFile(store.locate(key))))),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}
