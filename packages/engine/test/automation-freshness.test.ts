import { asset, definitions, freshWithin, onFreshness } from "@heddle/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AutomationTestWorld } from "./support/automation-world.ts";

let world: AutomationTestWorld;

beforeEach(async () => {
  world = await AutomationTestWorld.create();
});
afterEach(() => world[Symbol.asyncDispose]());

const HOUR_MS = 3_600_000;

describe("freshness", () => {
  const kept = () =>
    definitions({
      assets: [
        asset({
          key: "kept",
          freshness: freshWithin({ failMs: 3 * HOUR_MS, warnMs: 2 * HOUR_MS }),
          automation: onFreshness(),
          materialize: () => 1,
        }),
      ],
    });

  test("changes are stored with their instants, however late anybody looks, and set off conditions", async () => {
    await world.load(kept());
    await world.settle();
    expect(await world.freshness("kept")).toBe("unknown");
    await world.launch("kept");
    await world.work();
    await world.settle();
    const made = Date.now();
    expect(await world.freshness("kept")).toBe("pass");
    world.moveTo(made + 2.5 * HOUR_MS);
    await world.settle();
    expect(await world.freshness("kept")).toBe("warn");
    expect(await world.automated()).toHaveLength(1);
    // Its run is not done in time.
    world.restart();
    world.moveTo(made + 10 * HOUR_MS);
    await world.settle();
    const history = await world.freshnessHistory("kept");
    expect(history.map(([from, to]) => [from, to])).toEqual([
      [null, "unknown"],
      ["unknown", "pass"],
      ["pass", "warn"],
      ["warn", "fail"],
    ]);
    const [, , [, , warnAt] = [null, "", 0], [, , failAt] = [null, "", 0]] = history;
    expect(failAt - warnAt).toBe(HOUR_MS);
    expect(await world.events("freshness_changed")).toMatchObject([
      { payload: { from: "unknown", to: "pass" } },
      { payload: { from: "pass", to: "warn", at: warnAt } },
      { payload: { from: "warn", to: "fail", at: failAt } },
    ]);
  });

  test("what is found up to date is as fresh as if it had been made again, so that it is asked for once", async () => {
    await world.load(kept());
    await world.launch("kept");
    await world.work();
    await world.settle();
    // It was made two and a half hours ago.
    await world.db.transaction("age", async ({ sql }) => {
      await sql`update asset_chunk set updated_at = updated_at - interval '150 minutes'`;
      await sql`update freshness set materialized_at = materialized_at - 9000000, changes_at = 0`;
    });
    world.restart();
    await world.settle();
    expect(await world.freshness("kept")).toBe("warn");
    expect(await world.automated()).toHaveLength(1);
    await world.work(() => ({ isFresh: true }));
    await world.settle();
    expect(await world.freshness("kept")).toBe("pass");
    world.restart();
    await world.settle();
    expect(await world.freshness("kept")).toBe("pass");
    expect(await world.automated()).toHaveLength(1);
  });

  test("a policy that is gone is forgotten, and its history stays", async () => {
    await world.load(kept());
    await world.launch("kept");
    await world.work();
    await world.settle();
    await world.load(definitions({ assets: [asset({ key: "kept", materialize: () => 1 })] }));
    await world.settle();
    expect(await world.freshness("kept")).toBeUndefined();
    expect(await world.freshnessHistory("kept")).not.toEqual([]);
  });
});
