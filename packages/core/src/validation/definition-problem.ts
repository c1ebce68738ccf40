import type { Definitions } from "../definitions.ts";
import type { ErrorCode } from "../error-catalogue.ts";
import { formatSourceLocation, relativeToProject } from "../source-location.ts";
import type { SourceLocation } from "../snapshot.ts";

/** Longer keys are cut off in messages: among what can be wrong with a key is its length. */
const MAX_SHOWN_KEY = 120;

/** One thing that is wrong with the definitions of a project. */
export interface DefinitionProblem {
  readonly code: ErrorCode;
  /** What is wrong; names the asset and its file. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** Key of the asset that it is about. */
  readonly asset?: string;
  readonly source?: SourceLocation;
}

/** A declaration with a place: an asset, a check, a resource. */
export interface Placed {
  readonly key?: unknown;
  readonly source: SourceLocation | null;
}

/** What a rule reports. */
export interface ReportedProblem {
  readonly message: string;
  readonly hint: string;
  /** What the problem is about; its file goes with the problem. */
  readonly about?: Placed;
  /** Key of the asset, where `about` is not one. */
  readonly asset?: string;
}

/** Collects problems and writes places relative to the project. */
export class ProblemReport {
  readonly problems: DefinitionProblem[] = [];
  /** Epoch milliseconds at which the definitions are judged. */
  readonly now: number;
  readonly #projectDirectory: string;

  constructor(projectDirectory: string, now: number) {
    this.#projectDirectory = projectDirectory;
    this.now = now;
  }

  add(code: ErrorCode, { message, hint, about, asset }: ReportedProblem): void {
    const key = asset ?? (typeof about?.key === "string" ? about.key : undefined);
    const source = relativeToProject(about?.source ?? null, this.#projectDirectory);
    this.problems.push({
      code,
      message,
      hint,
      ...(key !== undefined && { asset: key }),
      ...(source !== null && { source }),
    });
  }

  /** `asset "weather/raw" (src/weather.ts:12)` */
  name(noun: string, placed: Placed): string {
    const place = this.place(placed);
    const key = JSON.stringify(placed.key ?? null);
    const shown = key.length <= MAX_SHOWN_KEY ? key : `${key.slice(0, MAX_SHOWN_KEY)}…"`;
    return `${noun} ${shown}${place === null ? "" : ` (${place})`}`;
  }

  /** `src/weather.ts:12`, or `null` when the place is not known. */
  place({ source }: Placed): string | null {
    return formatSourceLocation(relativeToProject(source, this.#projectDirectory));
  }
}

/** One rule of validation: looks at all definitions and reports what is wrong. */
export type DefinitionRule = (definitions: Definitions, report: ProblemReport) => void;
