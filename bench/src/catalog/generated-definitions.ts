import type {
  AssetSnapshot,
  DefinitionsSnapshot,
  DependencySnapshot,
  TimeWindowPartitionsSpec,
} from "@heddle/core/internal";

/** What a generated deployment is like. */
export interface GeneratedOptions {
  readonly assets: number;
  /** Another number gives other definitions of one group: what a reload of code with one change looks like. */
  readonly revision?: number;
  /** Partitions of one more asset, `bench/hours`, cut by the hour. @default none */
  readonly hours?: number;
}

/** The asset with many partitions. */
export const HOURS_KEY = "bench/hours";

const STAGES = ["raw", "stg", "int", "dim", "fct", "mart"] as const;
const SUBJECTS =
  "orders users events invoices payments sessions churn ads clicks emails stock fraud tax fx risk scores".split(" ");
const OWNERS = ["@ana", "@bo", "@chen", "@dita", "team:finance", "team:growth"];
const KINDS = ["sql", "typescript", "python", "parquet"];
const DAYS: TimeWindowPartitionsSpec = {
  kind: "time-window",
  cadence: "daily",
  cron: "0 0 * * *",
  timeZone: "UTC",
  start: "2024-01-01",
  end: "2025-02-04",
  endOffset: 0,
  format: "%Y-%m-%d",
};
const HOUR_MS = 3_600_000;
/** Long enough ago that a million hours have passed since. */
const FIRST_HOUR_MS = Date.UTC(1912, 0, 1);
/** Ordinal of the first partition of {@link HOURS_KEY}. */
export const FIRST_HOUR = FIRST_HOUR_MS / HOUR_MS;

/**
 * Definitions like those of a company: groups of 6 to 60 assets in stages, most dependencies inside the group, others on
 * earlier stages, some 2 for each asset. The same options give the same definitions.
 */
export function generateDefinitions({ assets: count, revision = 0, hours }: GeneratedOptions): DefinitionsSnapshot {
  const random = randomNumbers(count);
  const keys: string[] = [];
  const assets: AssetSnapshot[] = [];
  let stage = -1;
  // What the assets of a stage may depend on, besides their own group: the two stages before it.
  let earlier: readonly [number, number] = [0, 0];
  for (let group = 0, stageStart = 0; keys.length < count; group++) {
    const next = Math.min(STAGES.length - 1, Math.floor((keys.length / count) * STAGES.length));
    if (next !== stage) {
      earlier = [Math.max(0, 2 * stageStart - keys.length), keys.length];
      stageStart = keys.length;
      stage = next;
    }
    const name = `${STAGES[stage] ?? ""}_${SUBJECTS[group % SUBJECTS.length] ?? ""}_${group}`;
    const first = keys.length;
    const size = Math.min(count - first, 6 + Math.floor(random() ** 2 * 54));
    for (let place = 0; place < size; place++) {
      const upstream = chooseUpstream({ random, keys, first, place, earlier });
      const subject = SUBJECTS[Math.floor(random() * SUBJECTS.length)] ?? "";
      const key = `${name}/${subject}_${first + place}`;
      keys.push(key);
      assets.push(assetOf(key, name, upstream));
    }
  }
  if (revision > 0)
    assets.push(assetOf(`${assets[0]?.group ?? ""}/added_${revision}`, assets[0]?.group ?? "", keys.slice(0, 2)));
  if (hours !== undefined) assets.push({ ...assetOf(HOURS_KEY, "bench", []), partitions: hoursSpec(hours) });
  return { protocol: 1, assets };
}

interface Choice {
  readonly random: () => number;
  readonly keys: readonly string[];
  /** Place of the group's first asset among all. */
  readonly first: number;
  /** Place of the asset within its group. */
  readonly place: number;
  /** Places of the first and the last asset, itself not included, of earlier stages. */
  readonly earlier: readonly [number, number];
}

function chooseUpstream({ random, keys, first, place, earlier: [from, to] }: Choice): string[] {
  const chosen = new Set<string>();
  const wanted = random() < 0.1 ? 0 : 1 + Math.floor(random() * 3);
  for (let i = 0; i < wanted; i++) {
    const within = place > 0 && (to === 0 || random() < 0.75);
    const at = within ? first + Math.floor(random() * place) : from + Math.floor(random() * (to - from));
    const key = keys[at];
    if (key !== undefined && (within || to > 0)) chosen.add(key);
  }
  return [...chosen];
}

function assetOf(key: string, group: string, upstream: readonly string[]): AssetSnapshot {
  let seed = 7;
  for (let i = 0; i < key.length; i++) seed = (seed * 31 + key.charCodeAt(i)) % 1_000_003;
  return {
    key,
    kind: "asset",
    description: null,
    group,
    owners: [OWNERS[seed % OWNERS.length] ?? ""],
    tags: seed % 3 === 0 ? { tier: "gold" } : {},
    kinds: [KINDS[seed % KINDS.length] ?? ""],
    metadata: {},
    partitions: DAYS,
    deps: upstream.map((other, i): DependencySnapshot => ({
      name: `dep_${i}`,
      upstream: other,
      mapping: { kind: "identity" },
      multiplicity: "one",
      rule: "the same day",
    })),
    resources: [],
    retry: { attempts: 1, backoff: "constant", delayMs: 0, maxDelayMs: 3_600_000, jitter: false },
    timeoutMs: 3_600_000,
    isolation: "shared",
    io: "filesystem",
    source: null,
    codeVersion: `v${seed}`,
    checks: [],
  };
}

function hoursSpec(partitions: number): TimeWindowPartitionsSpec {
  return {
    ...DAYS,
    cadence: "hourly",
    cron: "0 * * * *",
    start: "1912-01-01T00:00",
    end: new Date(FIRST_HOUR_MS + partitions * HOUR_MS).toISOString().slice(0, 16),
    format: "%Y-%m-%d-%H:%M",
  };
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
