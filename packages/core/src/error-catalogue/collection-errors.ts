import type { ErrorCatalogueEntry } from "./error-catalogue-entry.ts";

/** The removal of stored values that nothing refers to any more. */
export const COLLECTION_ERRORS = {
  COLLECTION_STORE_SHARED: {
    summary: "Nothing is collected in a store, because another deployment of Heddle has its values there.",
    remedy: "Give each deployment a directory, bucket or prefix of its own.",
  },
  COLLECTION_OUT_OF_REACH: {
    summary: "A value that was replaced lies where no asset of the project stores any more.",
    remedy: "Remove it by hand; its record says where it is.",
  },
  COLLECTION_PROCESS_FAILED: {
    summary: "The process that removes stored values ended, or stood still.",
    remedy: "What it had removed is removed, and the rest is tried again later. If it recurs, look at what it printed.",
  },
} as const satisfies { readonly [code: string]: ErrorCatalogueEntry };
