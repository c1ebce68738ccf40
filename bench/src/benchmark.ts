/** What a benchmark found. */
export interface Measurement {
  /** In the benchmark's unit. */
  readonly value: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly calibration: Readonly<Record<string, number>>;
}

/** One benchmark: what it measures, the target, and how. */
export interface Benchmark {
  readonly name: string;
  readonly description: string;
  readonly unit: "s" | "ms" | "ratio" | "MB" | "bytes" | "budgets missed twofold";
  /** The value must not be above it. */
  readonly target: number;
  measure(): Promise<Measurement>;
}

/** The middle of some values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Rounds to what a reader can use. */
export function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
