import { isAsset } from "../asset.ts";
import { isRecord } from "../definitions.ts";
import { describeType } from "../json-value.ts";
import { formatNearest } from "../nearest.ts";
import { findPoolProblem, findPoolUseProblems, MAX_POOL_SLOTS } from "../pool.ts";
import type { DefinitionRule } from "./definition-problem.ts";

/** Every pool that an asset names is declared, with so many slots that its steps can run. */
export const poolRule: DefinitionRule = (definitions, report) => {
  const { pools } = definitions.given;
  const declared = isRecord(pools) ? pools : {};
  const place = report.place(definitions);
  const problems = isRecord(pools)
    ? Object.entries(pools).flatMap(([name, slots]) => findPoolProblem(name, slots) ?? [])
    : [`pools is ${describeType(pools)}`];
  for (const problem of problems) {
    report.add("POOL_INVALID", {
      message: `definitions()${place === null ? "" : ` (${place})`}: ${problem}`,
      hint: "Write pools: { warehouse: 4 }. To let nothing of a pool run for a while, set its slots to 0 with `heddle pools set`.",
      about: { source: definitions.source },
    });
  }
  const names = new Map(Object.entries(declared));
  for (const asset of definitions.assets.values()) {
    const limited = isAsset(asset) ? asset : asset.observation;
    if (limited === null) continue;
    for (const { problem, unknown } of findPoolUseProblems(limited.pools, names)) {
      const nearest = unknown === undefined ? null : formatNearest(unknown, names.keys());
      report.add("POOL_INVALID", {
        message: `${report.name("asset", asset)}: ${problem}`,
        hint:
          unknown === undefined
            ? 'Write pool: "warehouse" or pool: { name: "warehouse", slots: 2 }, with at most as many slots as the pool has.'
            : (nearest ?? "Declare it in definitions({ pools: { name: slots } })."),
        about: asset,
      });
    }
    const { maxConcurrency } = limited;
    const fits =
      Number.isInteger(maxConcurrency) && Number(maxConcurrency) >= 1 && Number(maxConcurrency) <= MAX_POOL_SLOTS;
    if (maxConcurrency !== null && !fits) {
      report.add("POOL_INVALID", {
        message: `${report.name("asset", asset)}: maxConcurrency is ${JSON.stringify(maxConcurrency)}; it is a whole number from 1`,
        hint: "Correct it, or leave it out for no limit.",
        about: asset,
      });
    }
  }
};
