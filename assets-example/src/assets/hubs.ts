import { allPartitions, asset, dep, meta, output } from "@heddle/core";
import { collectRows } from "../collect-rows.ts";
import { delaysOf } from "../delays.ts";
import { markdownTable } from "../describe-rows.ts";
import { documents } from "../io.ts";
import { keptFresh } from "../kept-fresh.ts";
import { hubs } from "../partitions.ts";
import { flightsAirportMonths } from "./flight-aggregates.ts";

/** How many airports are hubs. */
const HUBS = 10;

export const flightsHubs = asset({
  key: "flights/hubs",
  automation: keptFresh,
  group: "flights",
  owners: ["@flight-analytics"],
  tags: { layer: "aggregate", grain: "half-year" },
  kinds: ["json"],
  description: `The ten airports with the most departures. They are the partitions of \`reports/hub_profile\`: with this asset they
are added, and an airport that is no hub any more is removed.`,
  deps: { months: flightsAirportMonths },
  io: documents,
  async materialize({ deps, addPartitions, removePartitions }) {
    const byAirport = Map.groupBy(await collectRows(deps.months), ({ airport }) => airport);
    const ranking = [...byAirport]
      .map(([airport, rows]) => ({ airport, departures: delaysOf(rows).departures }))
      .toSorted((a, b) => b.departures - a.departures);
    const found = ranking.slice(0, HUBS);
    addPartitions(
      hubs,
      found.map(({ airport }) => airport),
    );
    removePartitions(
      hubs,
      ranking.slice(HUBS).map(({ airport }) => airport),
    );
    return output({ value: found, metadata: { hubs: meta.markdown(markdownTable(found)) } });
  },
});

export const hubProfile = asset({
  key: "reports/hub_profile",
  automation: keptFresh,
  group: "reports",
  owners: ["@flight-analytics"],
  tags: { layer: "report", grain: "hub" },
  kinds: ["json"],
  description: `The half year of one hub, month by month. Its partitions are added by \`flights/hubs\` while Heddle runs. All of them
are made by one call, which reads the months once for all of them; each is published on its own.`,
  partitions: hubs,
  chunk: "range",
  deps: { ranking: flightsHubs, months: dep(flightsAirportMonths, { mapping: allPartitions() }) },
  io: documents,
  async *materialize({ deps, partitions }) {
    const byAirport = Map.groupBy(await collectRows(deps.months), ({ airport }) => airport);
    for (const { key } of partitions) {
      const rows = byAirport.get(key) ?? [];
      const months = rows.map(({ month, quietestDay, ...row }) => ({ month, ...delaysOf([row]), quietestDay }));
      const value = { airport: key, ...delaysOf(rows), months };
      const { departures, latePercent } = value;
      yield [
        key,
        output({ value, metadata: { departures, latePercent, months: meta.markdown(markdownTable(months)) } }),
      ];
    }
  },
});
