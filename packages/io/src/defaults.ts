import type { AnyIoManager, ObjectStore } from "@heddle/core";
import { filesystemStore } from "./filesystem.ts";
import { json } from "./json.ts";

/**
 * What assets get that name no store and no I/O manager: JSON in files below `root`. A deployment names this module by
 * its URL, and the processes that run steps load it.
 */
export function createDefaults(options: { readonly root: string }): { store: ObjectStore; io: AnyIoManager } {
  return { store: filesystemStore({ directory: options.root }), io: json() };
}
