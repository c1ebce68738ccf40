import { describe, expectTypeOf, test } from "vitest";
import type { TypeError } from "../types.ts";
import type { InferMultiplicity } from "./infer-multiplicity.ts";
import { dynamicPartitions, multiPartitions, staticPartitions } from "./key-partitions.ts";
import type { InferPartitionKey, PartitionsDefinition } from "./partitions-definition.ts";
import {
  cronPartitions,
  dailyPartitions,
  hourlyPartitions,
  monthlyPartitions,
  weeklyPartitions,
} from "./time-partitions.ts";

const hourly = hourlyPartitions({ start: "2024-01-01" });
const daily = dailyPartitions({ start: "2024-01-01" });
const weekly = weeklyPartitions({ start: "2024-01-01" });
const monthly = monthlyPartitions({ start: "2024-01" });
const cron = cronPartitions({ start: "2024-01-01", cron: "0 9 * * 1-5" });
const regions = staticPartitions(["eu", "us"]);
const europe = staticPartitions(["eu"]);
const users = dynamicPartitions({ name: "users" });
const dayByRegion = multiPartitions({ day: daily, region: regions });
const monthByRegion = multiPartitions({ month: monthly, region: regions });
const dayByUser = multiPartitions({ day: daily, user: users });

type Derived<TUpstream, TDownstream> = InferMultiplicity<TUpstream, TDownstream>;
type IsRefused<T> = T extends TypeError<string> ? true : false;

describe("keys", () => {
  test("static keys are a union of literals, others are strings", () => {
    expectTypeOf<InferPartitionKey<typeof regions>>().toEqualTypeOf<"eu" | "us">();
    expectTypeOf<InferPartitionKey<typeof daily>>().toEqualTypeOf<string>();
    expectTypeOf<InferPartitionKey<typeof dayByRegion>>().toEqualTypeOf<string>();
    expectTypeOf<InferPartitionKey<undefined>>().toEqualTypeOf<never>();
    expectTypeOf(regions).toExtend<PartitionsDefinition>();
  });
});

describe("multiplicity", () => {
  test("without partitions", () => {
    expectTypeOf<Derived<undefined, undefined>>().toEqualTypeOf<"one">();
    expectTypeOf<Derived<undefined, typeof daily>>().toEqualTypeOf<"one">();
    expectTypeOf<Derived<null, typeof regions>>().toEqualTypeOf<"one">();
    expectTypeOf<Derived<typeof daily, undefined>>().toEqualTypeOf<"many">();
    expectTypeOf<Derived<typeof regions, undefined>>().toEqualTypeOf<"many">();
  });

  test("time to time", () => {
    expectTypeOf<Derived<typeof daily, typeof daily>>().toEqualTypeOf<"one">();
    expectTypeOf<Derived<typeof daily, typeof monthly>>().toEqualTypeOf<"many">();
    expectTypeOf<Derived<typeof hourly, typeof weekly>>().toEqualTypeOf<"many">();
    expectTypeOf<Derived<typeof monthly, typeof daily>>().toEqualTypeOf<"one">();
    expectTypeOf<Derived<typeof weekly, typeof hourly>>().toEqualTypeOf<"one">();
    expectTypeOf<Derived<typeof weekly, typeof monthly>>().toEqualTypeOf<"many">();
    // A week may lie in two months.
    expectTypeOf<Derived<typeof monthly, typeof weekly>>().toEqualTypeOf<"many">();
    expectTypeOf<Derived<typeof cron, typeof cron>>().toEqualTypeOf<"many">();
    expectTypeOf<Derived<typeof cron, typeof daily>>().toEqualTypeOf<"many">();
    expectTypeOf<Derived<typeof daily, typeof cron>>().toEqualTypeOf<"many">();
  });

  test("static and dynamic", () => {
    expectTypeOf<Derived<typeof regions, typeof regions>>().toEqualTypeOf<"one">();
    expectTypeOf<Derived<typeof regions, typeof europe>>().toEqualTypeOf<"one">();
    expectTypeOf<IsRefused<Derived<typeof europe, typeof regions>>>().toEqualTypeOf<true>();
    expectTypeOf<Derived<typeof users, typeof users>>().toEqualTypeOf<"one">();
    expectTypeOf<IsRefused<Derived<typeof users, typeof regions>>>().toEqualTypeOf<true>();
    expectTypeOf<IsRefused<Derived<typeof regions, typeof daily>>>().toEqualTypeOf<true>();
    expectTypeOf<IsRefused<Derived<typeof daily, typeof regions>>>().toEqualTypeOf<true>();
  });

  test("several dimensions", () => {
    expectTypeOf<Derived<typeof dayByRegion, typeof dayByRegion>>().toEqualTypeOf<"one">();
    expectTypeOf<Derived<typeof dayByRegion, typeof dayByUser>>().toEqualTypeOf<"many">();
    expectTypeOf<Derived<typeof dayByRegion, typeof monthByRegion>>().toEqualTypeOf<"many">();
    expectTypeOf<Derived<typeof daily, typeof dayByRegion>>().toEqualTypeOf<"one">();
    expectTypeOf<Derived<typeof daily, typeof monthByRegion>>().toEqualTypeOf<"many">();
    expectTypeOf<Derived<typeof monthly, typeof dayByRegion>>().toEqualTypeOf<"one">();
    expectTypeOf<Derived<typeof dayByRegion, typeof daily>>().toEqualTypeOf<"many">();
    expectTypeOf<Derived<typeof dayByRegion, typeof regions>>().toEqualTypeOf<"many">();
    expectTypeOf<IsRefused<Derived<typeof users, typeof dayByRegion>>>().toEqualTypeOf<true>();
    const twice = multiPartitions({ from: regions, to: regions });
    expectTypeOf<IsRefused<Derived<typeof regions, typeof twice>>>().toEqualTypeOf<true>();
    expectTypeOf<IsRefused<Derived<typeof twice, typeof dayByUser>>>().toEqualTypeOf<true>();
  });

  test("a definition of unknown cadence reads many", () => {
    expectTypeOf<Derived<PartitionsDefinition, typeof daily>>().toEqualTypeOf<"many">();
    expectTypeOf<Derived<typeof daily, PartitionsDefinition | undefined>>().toEqualTypeOf<"many">();
  });
});
