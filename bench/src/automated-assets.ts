import { eager, resolvePartitions } from "@heddle/core";
import { type AssetSnapshot, type PartitionsSpec } from "@heddle/core/internal";

export const ASSETS = 5_000;
const LAYERS = 10;
/** Assets that are updated in a round. */
export const CHANGED = 100;

export const DAYS: PartitionsSpec = {
  kind: "time-window",
  cadence: "daily",
  cron: "0 0 * * *",
  timeZone: "UTC",
  start: "2020-01-01",
  end: null,
  endOffset: 0,
  format: "%Y-%m-%d",
};
const PER_LAYER = ASSETS / LAYERS;

/** Half of them cut by days; each reads two of the layer before it, and has `eager()`. */
export const GRAPH: readonly AssetSnapshot[] = Array.from({ length: ASSETS }, (_, index) => {
  const [layer, place] = [Math.floor(index / PER_LAYER), index % PER_LAYER];
  const isDaily = place % 2 === 0;
  // The same parity: days read days.
  const upstream = layer === 0 ? [] : [place, (place + 2) % PER_LAYER].map((at) => `a${(layer - 1) * PER_LAYER + at}`);
  return {
    key: `a${index}`,
    kind: "asset",
    description: null,
    group: `g${layer}`,
    owners: [],
    tags: {},
    kinds: [],
    metadata: {},
    partitions: isDaily ? DAYS : null,
    deps: upstream.map((key) => ({
      name: key,
      upstream: key,
      mapping: isDaily ? { kind: "identity" } : { kind: "unpartitioned" },
      multiplicity: "one",
      rule: "",
    })),
    resources: [],
    retry: { attempts: 1, backoff: "constant", delayMs: 0, maxDelayMs: 0, jitter: false },
    timeoutMs: 60_000,
    isolation: "shared",
    io: "json",
    source: null,
    codeVersion: "v1",
    checks: [],
    automation: { version: 1, condition: eager().spec },
  };
});

/** Keys of assets that are updated in a round and that two others read each, which nothing reads. */
export function nearEndOf(round: number): string[] {
  const first = (LAYERS - 2) * PER_LAYER;
  return Array.from({ length: CHANGED }, (_, index) => `a${first + ((index * 5 + round * 7) % PER_LAYER)}`);
}

/** Keys of the assets that are updated in a round, spread over all layers: most of what is behind them follows. */
export function sourcesOf(round: number): string[] {
  return Array.from({ length: CHANGED }, (_, index) => `a${(index * 49 + round * 7) % ASSETS}`);
}

/** The days that exist at an instant (epoch milliseconds). */
export function daysAt(now: number) {
  return resolvePartitions(DAYS, { now }).all;
}
