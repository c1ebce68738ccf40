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

/** `code.difference`: what is another in the files of a project between a version of its code and the one before. */
export type CodeDifference =
  /** One of the two is not kept, or there is none before. */
  | { readonly kind: "unknown" }
  /** One of the two holds no texts of its files. */
  | { readonly kind: "without_sources" }
  | {
      readonly kind: "found";
      readonly version: number;
      /** What it is compared with. */
      readonly before: { readonly version: number; readonly hash: string; readonly createdAt: Instant };
      /** First the one that declares the asset. */
      readonly files: readonly CodeFileDifference[];
      /** Files that differ as well and are not told. */
      readonly more: number;
    };

export interface CodeFileDifference {
  /** Relative to the project. */
  readonly file: string;
  readonly change: "changed" | "added" | "removed";
  /** Whether it declares the asset. */
  readonly isDeclaring: boolean;
  readonly hunks: readonly CodeHunk[];
  /** Whether more lines differ than are told. */
  readonly isCut: boolean;
}

/** Lines that differ, and some around them. */
export interface CodeHunk {
  /** Number of its first line in the file before and now, from 1. */
  readonly before: number;
  readonly now: number;
  /** Each begins with "-" where it is gone, "+" where it came, and " " where it stayed. */
  readonly lines: readonly string[];
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
