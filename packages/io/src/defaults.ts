import type { AnyIoManager, ObjectStore } from "@heddle/core";
import { filesystemStore } from "./filesystem.ts";
import { json } from "./json.ts";
import { objectKeyPrefix, parseObjectKey } from "./object-key.ts";

/**
 * What assets get that name no store and no I/O manager: JSON in files below `root`. A deployment names this module by
 * its URL, and the processes that run steps load it.
 */
export function createDefaults(options: { readonly root: string }): {
  store: ObjectStore;
  io: AnyIoManager;
  /** How the keys of objects are read back: by it abandoned ones are found. */
  keys: { prefixOf: typeof objectKeyPrefix; parse: typeof parseObjectKey };
} {
  const keys = { prefixOf: objectKeyPrefix, parse: parseObjectKey };
  return { store: filesystemStore({ directory: options.root }), io: json(), keys };
}
