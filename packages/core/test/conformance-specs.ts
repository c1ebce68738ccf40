import type { Cadence, PartitionsSpec, TimeWindowPartitionsSpec } from "../src/internal.ts";

/** A definition by time as the collected facts give it. */
export interface TimeFacts {
  readonly cadence: string | null;
  readonly cron: string;
  readonly start: string;
  readonly end: string | null;
  readonly timezone: string;
  readonly endOffset: number;
  readonly fmt: string;
  readonly exclusions?: readonly string[] | null;
}

export function timeSpec(facts: TimeFacts): TimeWindowPartitionsSpec {
  const regular: readonly string[] = ["hourly", "daily", "weekly", "monthly"];
  // The facts leave the cadence out where it is a cron expression of its own.
  const cadence = regular.includes(facts.cadence ?? "") ? (facts.cadence as Cadence) : "cron";
  return {
    kind: "time-window",
    cadence,
    cron: facts.cron,
    timeZone: facts.timezone,
    start: facts.start,
    end: facts.end,
    endOffset: facts.endOffset,
    format: facts.fmt,
    exclusions: facts.exclusions ?? [],
  };
}

/** Any definition as the facts about mappings give it. */
export type PartitionsFacts =
  | ({ readonly kind: "time" } & TimeFacts)
  | { readonly kind: "static"; readonly keys: readonly string[] }
  | { readonly kind: "dynamic"; readonly name: string; readonly keys: readonly string[] }
  | { readonly kind: "multi"; readonly dimensions: { readonly [name: string]: PartitionsFacts } };

export function partitionsSpec(facts: PartitionsFacts): PartitionsSpec {
  switch (facts.kind) {
    case "time":
      return timeSpec(facts);
    case "static":
      return { kind: "static", keys: facts.keys };
    case "dynamic":
      return { kind: "dynamic", name: facts.name };
    case "multi": {
      const dimensions = Object.entries(facts.dimensions);
      return {
        kind: "multi",
        dimensions: dimensions.map(([name, partitions]) => ({ name, partitions: partitionsSpec(partitions) })),
      };
    }
  }
}
