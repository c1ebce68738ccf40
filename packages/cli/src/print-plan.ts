import type { PlanChange, PlannedAsset, PlanPreview } from "@heddle/api";
import { SHORT_HASH } from "./plan-files.ts";
import { formatDuration, paint, print, printTable } from "./terminal.ts";

/** Assets, warnings and differences that are printed; `--json` has all of them. */
const MAX_LINES = 50;
/** What takes less is not worth a number. */
const SHORT_MS = 1_000;

/** Prints a plan for people. */
export function printPlan(preview: PlanPreview): void {
  print(paint.bold(preview.effect));
  if (preview.reason !== null) print(`  ${preview.reason}`);
  if (preview.assets.length > 0) {
    printTable(tableOf(preview.assets.slice(0, MAX_LINES)));
    printMore(preview.assets.length, "asset");
    print(paint.dim(`  ${howOf(preview)}`));
  }
  for (const { asset, waits } of preview.assets.slice(0, MAX_LINES)) {
    for (const wait of waits) print(paint.dim(`  ${asset.key} waits for ${wait}`));
  }
  if (preview.after.length > 0) {
    const runs = preview.after.map(({ id, status }) => `run ${id} (${status})`).join(", ");
    print(`  begins after ${runs}`);
  }
  for (const { severity, message } of preview.warnings.slice(0, MAX_LINES)) {
    print(severity === "error" ? paint.red(`  ✕ ${message}`) : paint.yellow(`  △ ${message}`));
  }
  printMore(preview.warnings.length, "warning");
  if (preview.refused !== null && !preview.warnings.some(({ severity }) => severity === "error")) {
    print(paint.red(`  ✕ ${preview.refused}`));
  }
}

/** Prints how a plan differs from the one that was confirmed. */
export function printChanges(changes: readonly PlanChange[] | null): void {
  if (changes === null) return print("The plan that was confirmed is not known here; this is the plan now:");
  print(paint.bold("The plan changed:"));
  for (const { asset, text } of changes.slice(0, MAX_LINES)) {
    print(paint.yellow(`  ${asset === null ? text : `${asset.key}: ${text}`}`));
  }
  printMore(changes.length, "difference");
}

/** The beginning of a plan's hash, which names it. */
export function shortHash({ hash }: PlanPreview): string {
  return hash.slice(0, SHORT_HASH);
}

interface Column {
  readonly title: string;
  readonly cell: (asset: PlannedAsset) => string;
}

const count = (value: number): string => (value === 0 ? "" : value.toLocaleString("en"));

/** Those after the first two are shown where they say something. */
const COLUMNS: readonly Column[] = [
  { title: "asset", cell: ({ asset }) => asset.key },
  { title: "partitions", cell: ({ text }) => text },
  { title: "missing", cell: ({ missing }) => count(missing) },
  { title: "failed", cell: ({ failed }) => count(failed) },
  { title: "stale", cell: ({ stale }) => count(stale) },
  { title: "fresh", cell: ({ fresh }) => count(fresh) },
  { title: "skipped if fresh", cell: ({ reusable }) => count(reusable) },
  { title: "replaced", cell: ({ overwrites }) => count(overwrites) },
  { title: "a step", cell: ({ chunk }) => (chunk === "range" ? "all" : chunk === null ? "" : count(chunk)) },
  { title: "work", cell: ({ workMs }) => (workMs === null || workMs < SHORT_MS ? "" : formatDuration(workMs)) },
  { title: "because", cell: ({ reason }) => (reason === "selected" ? "" : reason) },
];

function tableOf(assets: readonly PlannedAsset[]): string[][] {
  const shown = COLUMNS.filter((column, place) => place < 2 || assets.some((asset) => column.cell(asset) !== ""));
  const rows = assets.map((asset) => shown.map((column) => column.cell(asset)));
  const head = shown.map(({ title }) => paint.dim(title));
  return [head, ...rows].map(([first = "", ...rest]) => [`  ${first}`, ...rest]);
}

function howOf({ order, estimate }: PlanPreview): string {
  if (estimate === null) return `${order} first`;
  const { wallMs, workMs, basis } = estimate;
  if (wallMs < SHORT_MS) return `${order} first; less than a second, by ${basis}`;
  return `${order} first; about ${formatDuration(wallMs)} (${formatDuration(workMs)} of work), by ${basis}`;
}

function printMore(all: number, what: string): void {
  const rest = all - MAX_LINES;
  if (rest > 0) print(paint.dim(`  and ${rest.toLocaleString("en")} more ${what}${rest === 1 ? "" : "s"}`));
}
