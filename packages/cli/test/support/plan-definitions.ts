/** A project for plans: days and their month, one day that fails while a file is there, and a very large asset. */
export const PLAN_DEFINITIONS = `
import { existsSync } from "node:fs";
import { asset, cronPartitions, dailyPartitions, definitions, monthlyPartitions, multiPartitions, staticPartitions } from "@heddle/core";

const days = dailyPartitions({ start: "2026-01-01", end: "2026-02-01", timeZone: "UTC" });
const months = monthlyPartitions({ start: "2026-01", end: "2026-02", timeZone: "UTC" });
const raw = asset({
  key: "weather/raw",
  partitions: days,
  materialize({ partition }) {
    if (partition.key === "2026-01-03" && existsSync("broken")) throw new Error("no data");
    return partition.key.length;
  },
});
const summary = asset({
  key: "weather/summary",
  partitions: months,
  deps: { days: raw },
  async materialize({ deps }) {
    let sum = 0;
    for await (const [, value] of deps.days) sum += value;
    return sum;
  },
});
// Its first day reads a day that the other one does not have.
const early = dailyPartitions({ start: "2025-12-31", end: "2026-02-01", timeZone: "UTC" });
const trend = asset({ key: "weather/trend", partitions: early, deps: { day: raw }, materialize: ({ deps }) => deps.day });
const minutes = asset({
  key: "minutes",
  partitions: cronPartitions({ cron: "* * * * *", start: "2000-01-01T00:00", end: "2026-01-01T00:00", timeZone: "UTC" }),
  materialize: () => 1,
});
const byRegion = multiPartitions({ day: days, region: staticPartitions(["eu", "us"]) });
const zones = asset({ key: "zones", partitions: byRegion, materialize: () => 1 });
export default definitions({ assets: [raw, summary, trend, minutes, zones] });
`;
