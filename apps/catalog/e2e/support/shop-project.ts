/**
 * A project for tests of partitions and runs: orders by day and revenue by month, pages that take their time, and customers
 * that come and go. `brokenDay` cannot be made until the file `repaired` is there.
 */
export function shopProject(repaired: string): Readonly<Record<string, string>> {
  return {
    "src/definitions.ts": `import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { asset, dailyPartitions, definitions, dynamicPartitions, monthlyPartitions, output } from "@heddle/core";

const days = dailyPartitions({ start: "2024-01-01", end: "2024-03-01" });
const months = monthlyPartitions({ start: "2024-01", end: "2024-03" });
const customers = dynamicPartitions({ name: "customers" });

const orders = asset({
  key: "shop/orders",
  partitions: days,
  materialize({ partition }) {
    if (partition.key === "${BROKEN_DAY}" && !existsSync(${JSON.stringify(repaired)})) {
      throw new Error("the orders of this day are unreadable");
    }
    return { day: partition.key };
  },
});

const revenue = asset({
  key: "shop/revenue",
  partitions: months,
  deps: { days: orders },
  async materialize({ deps }) {
    let days = 0;
    for await (const _ of deps.days) days++;
    return { days };
  },
});

const returns = asset({
  key: "shop/returns",
  partitions: days,
  materialize({ partition }) {
    if (partition.key === "2024-01-02") throw new Error("the warehouse did not answer");
    return { day: partition.key };
  },
});

const refunds = asset({
  key: "shop/refunds",
  partitions: days,
  deps: { returns },
  materialize: ({ deps }) => deps.returns,
});

const pages = asset({
  key: "shop/pages",
  partitions: days,
  async materialize({ partition, signal }) {
    await setTimeout(400, undefined, { signal });
    return { day: partition.key };
  },
});

/** What a library for schemas would make: one property, of two values. */
const pricing = {
  "~standard": {
    version: 1 as const,
    vendor: "test",
    validate: (value: unknown) =>
      typeof value === "object" && value !== null && "currency" in value && /^(EUR|USD)$/.test(String(value.currency))
        ? { value: { currency: String(value.currency) } }
        : { issues: [{ message: "must be EUR or USD", path: ["currency"] }] },
    types: undefined as undefined | { readonly input: { currency: string }; readonly output: { currency: string } },
    jsonSchema: {
      input: () => ({
        type: "object",
        required: ["currency"],
        properties: { currency: { enum: ["EUR", "USD"], description: "what prices are told in" } },
      }),
    },
  },
};

const prices = asset({
  key: "shop/prices",
  config: pricing,
  materialize: ({ config }) => output({ value: config, metadata: { told: \`in \${config.currency}\` } }),
});

const profile = asset({
  key: "shop/profile",
  partitions: customers,
  materialize: ({ partition }) => ({ customer: partition.key }),
});

export default definitions({ assets: [orders, revenue, returns, refunds, pages, prices, profile] });
`,
  };
}

/** The day of `shop/orders` that cannot be made at first. */
export const BROKEN_DAY = "2024-02-10";
