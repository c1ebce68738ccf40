const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration in its two largest units: `350 ms`, `4.2 s`, `3 m 05 s`, `2 h 10 m`, `3 d 4 h`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE - 500) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR - 500) return twoUnits(ms, { large: [MINUTE, "m"], small: [SECOND, "s"] });
  if (ms < DAY - MINUTE / 2) return twoUnits(ms, { large: [HOUR, "h"], small: [MINUTE, "m"] });
  return twoUnits(ms, { large: [DAY, "d"], small: [HOUR, "h"] });
}

/** How long ago an instant was, in one unit: `now`, `12 s ago`, `5 m ago`, `3 h ago`, `12 d ago`, `in 3 m`. */
export function formatAgo(at: number, now: number): string {
  const distance = Math.abs(now - at);
  if (distance < 5 * SECOND) return "now";
  const [size, unit] = largestUnit(distance);
  const amount = `${Math.max(1, Math.floor(distance / size))} ${unit}`;
  return at <= now ? `${amount} ago` : `in ${amount}`;
}

function largestUnit(ms: number): readonly [number, string] {
  if (ms < MINUTE) return [SECOND, "s"];
  if (ms < HOUR) return [MINUTE, "m"];
  if (ms < 2 * DAY) return [HOUR, "h"];
  return [DAY, "d"];
}

type Unit = readonly [size: number, name: string];

function twoUnits(ms: number, { large, small }: { readonly large: Unit; readonly small: Unit }): string {
  const rounded = Math.round(ms / small[0]) * small[0];
  const whole = Math.floor(rounded / large[0]);
  const rest = Math.round((rounded - whole * large[0]) / small[0]);
  if (rest === 0) return `${whole} ${large[1]}`;
  return `${whole} ${large[1]} ${small[1] === "h" ? rest : String(rest).padStart(2, "0")} ${small[1]}`;
}
