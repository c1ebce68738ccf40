import type { DefinitionProblem } from "@heddle/core";
import type { DefinitionsSnapshot, SerializedError } from "@heddle/core/internal";

/** What a loading process is asked to do. */
export interface LoadRequest {
  readonly bundle: string;
  readonly projectDirectory: string;
  /** Of assets for which no version of their own is found: that of all the code. */
  readonly codeVersion: string;
}

/** What a loading process answers, once. */
export type LoadResponse =
  | { readonly type: "loaded"; readonly snapshot: DefinitionsSnapshot }
  | { readonly type: "problems"; readonly problems: readonly DefinitionProblem[] }
  | { readonly type: "failed"; readonly error: SerializedError };
