import type { ListedObject, ObjectStore } from "@heddle/core";
import { expect } from "vitest";
import { collect } from "./contents.ts";

/** A store under test, with a way to damage what it holds. */
export interface TestStore extends AsyncDisposable {
  readonly store: ObjectStore;
  /** Replaces the content of an object behind the store's back. */
  damage(key: string, change: (content: Uint8Array) => Uint8Array): Promise<void>;
}

/** Gives an empty store, which is used by one test. */
export type Open = () => Promise<TestStore>;

/** Megabytes go through a store that may be far away: vitest's own 5 s are over before a busy machine has done that. */
export const PATIENCE = { timeout: 60_000 };

export const code = (expected: string) => expect.objectContaining({ code: expected });

export const listed = (store: ObjectStore, prefix = ""): Promise<ListedObject[]> => collect(store.list(prefix));

export const keysOf = async (store: ObjectStore, prefix?: string) =>
  (await listed(store, prefix)).map(({ key }) => key);
