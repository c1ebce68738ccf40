import {
  asset,
  assetCheck,
  dailyPartitions,
  definitions,
  eager,
  externalAsset,
  freshWithin,
  monthlyPartitions,
  pass,
  validateDefinitions,
} from "@heddle/core";
import { snapshotDefinitions, type DefinitionsSnapshot } from "@heddle/core/internal";

const days = dailyPartitions({ start: "2012-01-01", end: "2012-04-01" });
const months = monthlyPartitions({ start: "2012-01", end: "2012-04" });

const station = externalAsset({ key: "weather/stations", description: "Where it was measured.", observe: () => "v1" });

const raw = asset({
  key: "weather/raw",
  group: "weather",
  owners: ["team:data"],
  tags: { tier: "bronze" },
  kinds: ["json"],
  description: "What the station measured.\n\nOne object a day.",
  partitions: days,
  retry: { attempts: 2 },
  materialize: () => ({ temperature: 7 }),
});

const summary = asset({
  key: "weather/summary",
  group: "weather",
  partitions: months,
  deps: { days: raw },
  automation: eager(),
  materialize: () => ({ mean: 7 }),
  columns: { mean: { description: "Of the month.", from: { days: ["temperature"] } } },
});

const report = asset({
  key: "report",
  group: "reports",
  deps: { months: summary },
  freshness: freshWithin({ failMs: 86_400_000 }),
  materialize: () => "cold",
});

const letter = asset({ key: "letter", group: "reports", deps: { report }, materialize: () => "Dear reader, cold." });

const notNull = assetCheck({ asset: raw, name: "not_null", blocking: true, check: () => pass() });
const plausible = assetCheck({ asset: raw, name: "plausible", severity: "warn", check: () => pass() });

const declared = definitions({ assets: [station, raw, summary, report, letter], checks: [notNull, plausible] });

/** A small project: days → months → a report → a letter. @param codeVersionOf by asset key */
export function weatherSnapshot(codeVersionOf: (key: string) => string = () => "v1"): DefinitionsSnapshot {
  const problems = validateDefinitions(declared);
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join("\n"));
  return snapshotDefinitions(declared, { codeVersionOf, projectDirectory: import.meta.dirname });
}
