import { formatBytes, formatCount } from "../../format/amounts.ts";
import type { MetadataView } from "./metadata-view.ts";

/** How a value differs from what it was, in a few words; `null` where it does not, or where that says nothing. */
export function describeDifference(now: MetadataView, before: MetadataView | undefined): string | null {
  if (before === undefined) return "new";
  if (now.type === "number" && before.type === "number") return describeChange(now.value, before.value, now.unit);
  if (now.type === "boolean" && before.type === "boolean") {
    return now.value === before.value ? null : `was ${before.value ? "yes" : "no"}`;
  }
  if (now.type === "text" && before.type === "text") {
    return now.value === before.value ? null : before.value.length > 40 ? "changed" : `was ${before.value}`;
  }
  return JSON.stringify(now) === JSON.stringify(before) ? null : "changed";
}

/** How much a number has grown or shrunk. */
export function describeChange(now: number, before: number, unit: string | null): string | null {
  const by = now - before;
  if (by === 0 || !Number.isFinite(by)) return null;
  const amount = unit === "bytes" || unit === "B" ? formatBytes(Math.abs(by)) : formatCount(Math.abs(by));
  const share = before === 0 ? "" : ` (${formatShare(by / Math.abs(before))})`;
  return `${by > 0 ? "+" : "−"}${amount}${share}`;
}

function formatShare(share: number): string {
  const percent = Math.abs(share * 100);
  const sign = share > 0 ? "+" : "−";
  return percent < 0.1 ? `${sign}<0.1 %` : `${sign}${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}
