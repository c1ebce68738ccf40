import type { ErrorCatalogueEntry } from "./error-catalogue-entry.ts";

/** Looks at stored values. */
export const PREVIEW_ERRORS = {
  PREVIEW_NOTHING_STORED: {
    summary: "A preview was asked for of a partition of which nothing is stored.",
    remedy: "Materialize the partition; an asset that returns nothing has nothing to show.",
  },
  PREVIEW_COLLECTED: {
    summary: "The data of this materialization is collected: a later one had taken its place.",
    remedy: "Look at the materialization that is in use.",
  },
  PREVIEW_FAILED: {
    summary: "The I/O manager of the project threw when it read a value for a preview.",
    remedy: "Look at the cause; the same error would meet who depends on the asset.",
  },
  PREVIEW_UNANSWERED: {
    summary: "A preview was asked for, and no worker answered.",
    remedy: "Start a worker (`heddle dev`), or ask again.",
  },
  PREVIEW_TIMEOUT: {
    summary: "The store did not give the first rows of a value in time.",
    remedy: "See whether the store can be reached from the worker and how it answers, then ask again.",
  },
  PREVIEW_PROCESS_FAILED: {
    summary: "The process that reads values for previews ended.",
    remedy: "Look at what it printed; a value whose first rows take more memory than the process has cannot be shown.",
  },
} as const satisfies { readonly [code: string]: ErrorCatalogueEntry };
