/** What the page of error codes says about one code: what happened, and what to do about it. */
export interface ErrorCatalogueEntry {
  readonly summary: string;
  readonly remedy: string;
}
