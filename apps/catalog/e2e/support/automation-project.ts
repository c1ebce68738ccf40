/** A project for tests of automation and checks: what ticks, what fails, and checks that say each of what checks can say. */
export const AUTOMATION_PROJECT: Readonly<Record<string, string>> = {
  "src/definitions.ts": `import {
  asset, assetCheck, dailyPartitions, definitions, dynamicPartitions, fail, meta, pass, schedule, sensor, skip,
} from "@heddle/core";

const days = dailyPartitions({ start: "2024-01-01", end: "2024-03-01" });
const files = dynamicPartitions({ name: "files" });

const orders = asset({
  key: "shop/orders",
  owners: ["@ana"],
  partitions: days,
  materialize: ({ partition }) => ({ day: partition.key, rows: Number(partition.key.slice(8)) * 10 }),
});
const prices = asset({ key: "shop/prices", materialize: () => ({ now: Date.now() }) });
const file = asset({ key: "shop/file", partitions: files, materialize: ({ partition }) => partition.key });

const enoughRows = assetCheck({
  asset: orders,
  name: "enough_rows",
  blocking: false,
  description: "A day has at least **100** orders.",
  check({ value }) {
    const rows = meta.number(value.rows, "rows", { atLeast: 100 });
    if (value.rows >= 100) return pass({ metadata: { rows } });
    const sample = meta.table([{ order: 1, customer: "ana" }, { order: 2, customer: "ben" }]);
    return fail({ message: value.day + " has " + value.rows + " orders, expected are at least 100", metadata: { rows, sample } });
  },
});
const roundNumbers = assetCheck({
  asset: orders,
  name: "round_numbers",
  severity: "warn",
  check: ({ value }) => (value.rows % 100 === 0 ? pass() : fail({ message: value.rows + " is no round number" })),
});
const steady = assetCheck({
  asset: prices,
  name: "steady",
  blocking: false,
  check: ({ value }) => (value.now % 2 === 0 ? pass() : fail({ message: "prices have moved" })),
});
const seldom = assetCheck({ asset: file, name: "readable", check: () => pass() });

const nightly = schedule({
  name: "nightly",
  description: "Every night, the day that has ended.",
  cron: "30 2 * * *",
  timeZone: "Europe/Berlin",
  selection: [orders],
  partitions: "2024-01-05..2024-01-06",
});
const quality = schedule({
  name: "quality",
  description: "Every Sunday, the checks of one day as it is stored.",
  cron: "0 6 * * sun",
  runChecks: [enoughRows, roundNumbers],
  partitions: "2024-01-07",
});
const reporting = schedule({
  name: "reporting",
  cron: ["0 8 * * mon-fri", "0 17 * * mon-fri"],
  timeZone: "America/New_York",
  selection: [prices],
  evaluate({ log }) {
    log.info("the books are open", { pages: 3 });
    return skip("the books are being closed");
  },
});
const broken = schedule({
  name: "broken",
  cron: "0 0 1 1 *",
  selection: [prices],
  evaluate() {
    throw new Error("the calendar is unreadable");
  },
});
const newFiles = sensor({
  name: "new_files",
  intervalMs: 1_000,
  description: "Looks for files.",
  selection: [file],
  evaluate({ cursor, log }) {
    const all = ["a.csv", "b.csv", "c.csv"];
    const next = all.find((name) => name > (cursor ?? ""));
    if (next === undefined) return skip("no new files");
    log.info("found", { file: next });
    return { addPartitions: [{ definition: files, keys: [next] }], requests: [{ partitions: [next], runKey: next }], cursor: next };
  },
});
const offline = sensor({
  name: "offline",
  intervalMs: 60_000,
  enabledByDefault: false,
  evaluate: () => skip("nobody is there"),
});

export default definitions({
  assets: [orders, prices, file],
  checks: [enoughRows, roundNumbers, steady, seldom],
  schedules: [nightly, quality, reporting, broken],
  sensors: [newFiles, offline],
});
`,
};
