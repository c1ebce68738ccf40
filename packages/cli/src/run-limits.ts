import { HeddleError } from "@heddle/core";
import { type RunLimits } from "@heddle/core/internal";

/** Options that limit a run in time. */
export interface RunLimitOptions {
  readonly startWithin?: string;
  readonly timeout?: string;
  readonly deadline?: string;
  readonly onDeadline?: string;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** The API's limit: a year. */
const MAX_MS = 365 * 86_400_000;

/** Reads the limits of a launch; nothing when none is stated. @throws CONFIG_INVALID naming the option */
export function readRunLimits(options: RunLimitOptions): { readonly limits?: RunLimits } {
  const { startWithin, timeout, deadline, onDeadline } = options;
  if (startWithin === undefined && timeout === undefined && deadline === undefined) return {};
  return {
    limits: {
      ...(startWithin !== undefined && { startWithinMs: readDuration(startWithin, "--start-within") }),
      ...(timeout !== undefined && { runTimeoutMs: readDuration(timeout, "--timeout") }),
      ...(deadline !== undefined && { ...readDeadline(deadline), onDeadline: readAction(onDeadline) }),
    },
  };
}

/** Reads a duration such as `90s`, `10m`, `2h`, `1.5h` or `500ms`. @throws CONFIG_INVALID */
export function readDuration(text: string, name: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  const ms = Math.round(Number(number) * (UNITS[unit] ?? 0));
  if (ms >= 1 && ms <= MAX_MS) return ms;
  throw new HeddleError("CONFIG_INVALID", `${name} is ${JSON.stringify(text)}`, {
    hint: "Write a duration with its unit, up to a year: 500ms, 90s, 10m, 2h, 3d.",
  });
}

function readDeadline(text: string): Pick<RunLimits, "deadline" | "withinMs"> {
  if (/^\d+(\.\d+)?\s*[a-z]+$/.test(text.trim())) return { withinMs: readDuration(text, "--deadline") };
  // Without a zone it would be another instant on each machine.
  const at = /(Z|[+-]\d\d:?\d\d)$/.test(text.trim()) ? Date.parse(text.trim()) : Number.NaN;
  if (!Number.isNaN(at)) return { deadline: at };
  throw new HeddleError("CONFIG_INVALID", `--deadline is ${JSON.stringify(text)}`, {
    hint: "Write an instant with its time zone, such as 2026-01-01T06:00Z or 2026-01-01T06:00+01:00, or a duration such as 2h.",
  });
}

function readAction(text = "alert"): "alert" | "cancel" {
  if (text === "alert" || text === "cancel") return text;
  throw new HeddleError("CONFIG_INVALID", `--on-deadline ${text} is not known`, { hint: "Use one of alert, cancel." });
}
