import type { ObjectStore } from "@heddle/core";
import { readFile, writeFile } from "node:fs/promises";
import { filesystemStore } from "../src/filesystem.ts";
import { memoryStore } from "../src/memory.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** A store under test, with a way to damage what it holds. */
export interface TestStore extends AsyncDisposable {
  readonly store: ObjectStore;
  /** Replaces the content of an object behind the store's back. */
  damage(key: string, change: (content: Uint8Array) => Uint8Array): Promise<void>;
}

/** Every store that keeps the contract, by name. */
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

/** A signal that never fires. */
export const unaborted: { readonly signal: AbortSignal } = { signal: new AbortController().signal };

/** Flips the lowest bit of the byte in the middle. */
export function flipBit(content: Uint8Array): Uint8Array {
  const at = content.length >> 1;
  return content.with(at, (content[at] ?? 0) ^ 1);
}
