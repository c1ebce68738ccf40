import type { Instant } from "./common.ts";

/** `code.source`: the file that declares an asset, as it was when a version of its code was loaded. */
export type CodeSource =
  /** No version that is kept declares the asset. */
  | { readonly kind: "unknown" }
  | {
      readonly kind: "found";
      /** Id of the version of the code location's code. */
      readonly version: number;
      /** Content hash of its bundle. */
      readonly hash: string;
      readonly createdAt: Instant;
      /** Whether it is in force. */
      readonly current: boolean;
      /** Relative to the project; `null` where it is not known. */
      readonly file: string | null;
      readonly line: number | null;
      /** Of the asset. */
      readonly codeVersion: string;
      /** `null` where the version holds no text of the file. */
      readonly text: CodeSourceText | null;
    };

export interface CodeSourceText {
  /** `bundled`: what was left of the file when it was bundled, without types and comments; its line numbers say nothing. */
  readonly form: "source" | "bundled";
  /** Number of the first of `lines`, from 1. */
  readonly firstLine: number;
  /** First and last line of the declaration, from 1. */
  readonly declaration: { readonly start: number; readonly end: number };
  readonly lines: readonly string[];
  /** Lines of the whole file. */
  readonly total: number;
}

/** What is another about a definition: lines that are gone, and lines that came. */
export interface DefinitionDifference {
  /** For people, such as "Dependencies". */
  readonly aspect: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** A version of the code that changed what an asset is. */
export interface DefinitionChange {
  readonly version: number;
  readonly hash: string;
  readonly codeLocation: string;
  /** When the version was loaded first. */
  readonly at: Instant;
  readonly current: boolean;
  /** `first`: no older version is kept, so that nobody knows what it was before. */
  readonly kind: "first" | "declared" | "changed" | "removed";
  readonly differences: readonly DefinitionDifference[];
}
