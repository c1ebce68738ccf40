import type { MetadataValues } from "./metadata.ts";

/** How serious a failed check is. Only `error` can block a publication. */
export type CheckSeverity = "warn" | "error";

/** What a check found; made by {@link pass} or {@link fail}. Plain JSON. */
export interface CheckResult {
  readonly passed: boolean;
  /** One sentence for people. */
  readonly message: string | null;
  readonly metadata: MetadataValues;
  /** Replaces the severity that the check declares. */
  readonly severity: CheckSeverity | null;
}

/** What {@link pass} takes. */
export interface PassOptions {
  readonly message?: string | undefined;
  readonly metadata?: MetadataValues | undefined;
}

/** What {@link fail} takes. */
export interface FailOptions extends PassOptions {
  /** This failure is as serious as that, whatever the check declares. */
  readonly severity?: CheckSeverity | undefined;
}

/** The check holds. */
export function pass({ message, metadata }: PassOptions = {}): CheckResult {
  return { passed: true, message: message ?? null, metadata: metadata ?? {}, severity: null };
}

/**
 * The check does not hold.
 *
 * @example
 * return fail({ message: "3 days have no temperature", metadata: { missing: 3 } });
 */
export function fail({ message, metadata, severity }: FailOptions = {}): CheckResult {
  return { passed: false, message: message ?? null, metadata: metadata ?? {}, severity: severity ?? null };
}
