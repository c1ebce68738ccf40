import type { ErrorCatalogueEntry } from "./error-catalogue-entry.ts";

/** Requests to the API. */
export const API_ERRORS = {
  API_INPUT_INVALID: {
    summary: "The input of a procedure does not have the form that it must have.",
    remedy: "Correct the fields that the details name; unknown fields are refused too.",
  },
  API_PROCEDURE_UNKNOWN: {
    summary: "There is no procedure or route at this path.",
    remedy: "Check the path, and that client and server are of the same version.",
  },
  API_METHOD_REFUSED: {
    summary: "A procedure was called by an HTTP method that it does not take.",
    remedy: "Read by GET or POST, change by POST.",
  },
  API_HOST_REFUSED: {
    summary: "The request's Host is not a name of this server.",
    remedy: "Use the address that the server printed when it started.",
  },
  API_ORIGIN_REFUSED: {
    summary: "The request does not come from the server's own pages.",
    remedy: "Send `origin` or `sec-fetch-site: same-origin`, and the header `x-heddle: 1`.",
  },
  API_CONTENT_TYPE_REFUSED: {
    summary: "The body of a request is not JSON.",
    remedy: "Send `content-type: application/json`.",
  },
  API_BODY_TOO_LARGE: {
    summary: "The body of a request is longer than the API takes.",
    remedy: "Send less at once: name partitions by ranges, assets by a selection.",
  },
  API_BATCH_TOO_LARGE: {
    summary: "One request calls more procedures than the API takes at once.",
    remedy: "Send several requests.",
  },
  API_TOO_MANY_SUBSCRIBERS: {
    summary: "More clients listen for events than the server takes.",
    remedy: "Close tabs that are not needed.",
  },
  API_CURSOR_INVALID: {
    summary: "The place to go on from is not one that the server gave out.",
    remedy: "Start again without it.",
  },
  SAVED_VIEWS_FULL: {
    summary: "A page of the catalog has as many saved views as it may.",
    remedy: "Delete one that nobody opens, or save over it.",
  },
} as const satisfies Record<string, ErrorCatalogueEntry>;
