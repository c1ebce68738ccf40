/** The project of most tests: assets that work, and assets that fail in each way that there is. */
export const DEFINITIONS = `
import { writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { asset, dailyPartitions, definitions } from "@heddle/core";

const numbers = asset({ key: "numbers", materialize: () => [1, 2, 3] });
const sum = asset({ key: "sum", deps: { numbers }, materialize: ({ deps }) => deps.numbers.reduce((a, b) => a + b, 0) });
const days = dailyPartitions({ start: "2026-01-01", end: "2026-02-01", timeZone: "UTC" });
const daily = asset({ key: "daily", partitions: days, materialize: ({ partition }) => partition.key });
const odd = asset({
  key: "odd",
  partitions: days,
  materialize({ partition }) {
    if (partition.ordinal % 2 === 0) throw new Error("an even day");
    return partition.key;
  },
});
// A function is a value that no JSON can hold; the compiler would say so.
const unstorable = asset({ key: "unstorable", materialize: () => (() => 1) as unknown as number });
const large = asset({ key: "large", materialize: () => "x".repeat(8 * 1024 * 1024) });
const wait = (key: string) =>
  asset({
    key,
    async materialize({ signal }) {
      await pause(600_000, undefined, { signal });
      return 1;
    },
  });
const deaf = asset({
  key: "deaf",
  materialize() {
    writeFileSync("deaf-began", "");
    for (;;) continue;
  },
});
export default definitions({ assets: [numbers, sum, daily, odd, unstorable, large, wait("endless"), wait("waiting"), deaf] });
`;
