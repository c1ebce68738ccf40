const grouped = new Intl.NumberFormat("en-US");
const BYTE_UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

/** A whole number with thousands set off: `12,345`. */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** A count in at most four characters where room is short: `950`, `12.3k`, `4.1M`. */
export function formatShortCount(count: number): string {
  if (count < 1_000) return String(count);
  if (count < 999_500) return `${trimZero(count / 1_000)}k`;
  return `${trimZero(count / 1_000_000)}M`;
}

/** A count with its noun: `1 partition`, `2 partitions`. */
export function formatCounted(count: number, noun: string, plural: string = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** A size in decimal units: `912 B`, `4.2 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${unit === 0 ? value : trimZero(value)} ${BYTE_UNITS[unit] ?? "B"}`;
}

/** A share in whole per cent that never claims all or nothing when there is a rest: 99.9 % gives `99%`, 0.1 % gives `1%`. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "0%";
  if (part === whole) return "100%";
  return `${Math.min(99, Math.max(1, Math.round((part / whole) * 100)))}%`;
}

function trimZero(value: number): string {
  return value >= 99.95 ? String(Math.round(value)) : value.toFixed(1).replace(/\.0$/u, "");
}

/** "9/41" as wide as "10/41": what stands beside it does not move while it counts. */
export function formatProgress(part: string, whole: string): string {
  return `${part.padStart(whole.length, "\u{2007}")}/${whole}`;
}
