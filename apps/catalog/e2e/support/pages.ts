import { assetPageSearch } from "../../src/features/asset/asset-page-search.ts";
import { assetsSearch } from "../../src/features/assets/assets-search.ts";
import { automationSearch, conditionSearch, tickOwnerSearch } from "../../src/features/automation/automation-search.ts";
import { backfillSearch } from "../../src/features/backfills/backfill-search.ts";
import { checkPageSearch, checksSearch } from "../../src/features/checks/checks-search.ts";
import { deploymentSearch } from "../../src/features/deployment/deployment-search.ts";
import { homeSearch } from "../../src/features/home/home-search.ts";
import { lineageSearch } from "../../src/features/lineage/lineage-search.ts";
import { runListSearch } from "../../src/features/runs/run-list-search.ts";
import { runPageSearch } from "../../src/features/runs/run-page-search.ts";
import type { SearchParams } from "../../src/search/search-schema.ts";

/** A page of the catalog as the tests that hold for every page see it. */
export interface EveryPage {
  readonly path: string;
  /** What its address may hold beside the launch dialog. */
  readonly params: SearchParams;
  /** The command that tells the same in a terminal. */
  readonly command: string;
  /** Whether `/` goes to a field. */
  readonly hasFilter?: boolean;
  /** Something that only this page has in its help. */
  readonly help?: string;
}

/** A project in which every page has something to show. */
export const EVERYTHING: Readonly<Record<string, string>> = {
  "src/definitions.ts": `import { asset, assetCheck, dailyPartitions, definitions, onMissing, pass, schedule, sensor, skip } from "@heddle/core";

const days = dailyPartitions({ start: "2024-01-01", end: "2024-03-01" });
const orders = asset({ key: "shop/orders", group: "sales", tags: { team: "shop" }, partitions: days, materialize: ({ partition }) => ({ day: partition.key }) });
const revenue = asset({
  key: "shop/revenue",
  group: "sales",
  partitions: days,
  deps: { orders },
  automation: onMissing(),
  materialize: ({ deps }) => deps.orders,
});

const prices = asset({ key: "shop/prices", tags: { team: "till" }, materialize: () => 1 });

export default definitions({
  assets: [orders, revenue, prices],
  checks: [assetCheck({ asset: orders, name: "has_day", check: () => pass() })],
  schedules: [schedule({ name: "morning", cron: "0 6 1 1 *", selection: [orders], partitions: "2024-01-05" })],
  sensors: [sensor({ name: "arrivals", intervalMs: 3_600_000, evaluate: () => skip("nothing has arrived") })],
});
`,
};

/**
 * Every page, of that project.
 * @param runId a run of several partitions
 */
export function everyPage(runId: number): readonly EveryPage[] {
  return [
    { path: "/", params: homeSearch.params, command: "heddle runs list", help: "Acknowledge the asset" },
    {
      path: "/assets",
      params: assetsSearch.params,
      command: "heddle assets list",
      hasFilter: true,
      help: "Select up to here",
    },
    {
      path: "/assets/shop/orders",
      params: assetPageSearch.params,
      command: "heddle assets show shop/orders",
      help: "Show in the lineage",
    },
    {
      path: "/lineage",
      params: lineageSearch.params,
      command: "heddle assets list",
      hasFilter: true,
      help: "Peek at the focus, and back",
    },
    { path: "/runs", params: runListSearch.params, command: "heddle runs list", hasFilter: true, help: "Next run" },
    {
      path: `/runs/${runId}`,
      params: runPageSearch.params,
      command: `heddle runs show ${runId}`,
      help: "Inputs and outputs",
    },
    {
      path: "/backfills",
      params: runListSearch.params,
      command: "heddle runs list",
      hasFilter: true,
      help: "Next backfill",
    },
    {
      path: `/backfills/${runId}`,
      params: backfillSearch.params,
      command: `heddle runs show ${runId}`,
      help: "Next failed step",
    },
    {
      path: "/automation",
      params: automationSearch.params,
      command: "heddle schedules list",
      hasFilter: true,
      help: "Next line",
    },
    {
      path: "/automation/schedules/morning",
      params: tickOwnerSearch.params,
      command: "heddle schedules show morning",
    },
    { path: "/automation/sensors/arrivals", params: tickOwnerSearch.params, command: "heddle sensors show arrivals" },
    {
      path: "/automation/conditions/shop/revenue",
      params: conditionSearch.params,
      command: "heddle why shop/revenue",
    },
    {
      path: "/checks",
      params: checksSearch.params,
      command: "heddle assets list",
      hasFilter: true,
      help: "Next check",
    },
    {
      path: "/checks/shop/orders?check=has_day",
      params: checkPageSearch.params,
      command: "heddle assets show shop/orders",
    },
    { path: "/deployment", params: deploymentSearch.params, command: "heddle doctor" },
  ];
}
