import { externalAsset, onCron } from "@heddle/core";
import { lookAtSource } from "../sources/files.ts";

const group = "sources";
const owners = ["@data-platform"];
const tags = { license: "public-domain", package: "vega-datasets" };

export const flightsFile = externalAsset({
  key: "source/flights",
  group,
  owners,
  tags,
  kinds: ["parquet"],
  metadata: { file: "flights-3m.parquet", rows: 3_000_000, bytes: 13_493_022 },
  observe: ({ signal }) => lookAtSource("flights-3m.parquet", signal),
  description: `US domestic flights from 2001-01-01, as airlines reported them to the Bureau of Transportation Statistics.

- \`date\`: departure by the clock of the origin, without a time zone
- \`delay\`: minutes that the flight **arrived** late; negative when early
- \`distance\`: miles

Cancelled and diverted flights are not in it, nor are airlines and flight numbers.`,
});

export const airportsFile = externalAsset({
  key: "source/airports",
  group,
  owners,
  tags,
  kinds: ["csv"],
  metadata: { file: "airports.csv", rows: 3_376 },
  observe: ({ signal }) => lookAtSource("airports.csv", signal),
  description: "Airports of the United States and its territories, with their position.",
});

export const birdstrikesFile = externalAsset({
  key: "source/birdstrikes",
  group,
  owners,
  tags,
  kinds: ["csv"],
  metadata: { file: "birdstrikes.csv", rows: 10_000 },
  observe: ({ signal }) => lookAtSource("birdstrikes.csv", signal),
  description:
    "Collisions of aircraft with wildlife at 50 airports, 1990–2002, as reported to the FAA. Costs are in US dollars.",
});

export const weatherFile = externalAsset({
  key: "source/weather",
  group,
  owners,
  tags,
  kinds: ["csv"],
  metadata: { file: "weather.csv", rows: 2_922 },
  // Looked at on New Year's Day, when another year might have been added.
  automation: onCron("0 6 1 1 *", { timeZone: "America/New_York" }),
  automationRuns: { limits: { runTimeoutMs: 600_000 } },
  observe: ({ signal }) => lookAtSource("weather.csv", signal),
  description: `Daily weather of Seattle and New York, 2012–2015.

Millimetres, degrees Celsius, and a wind speed that is documented as km/h and is not: see the check \`wind_unit\`.`,
});
