import { asset, dailyPartitions, definitions, eager, executionFailed, inProgress, not } from "@heddle/core";
import { readAutomationRound, switchAutomation, switchAutomations, type Database } from "@heddle/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AutomationTestWorld } from "./support/automation-world.ts";
import { chain } from "./support/chain.ts";

let world: AutomationTestWorld;

beforeEach(async () => {
  world = await AutomationTestWorld.create();
});
afterEach(() => world[Symbol.asyncDispose]());

describe("two daemons, crashes and edits", () => {
  test("two at once never double anything", async () => {
    await world.load(chain());
    await world.settle();
    for (let times = 0; times < 3; times += 1) {
      await world.launch("raw");
      await world.work();
      const loops = [world.loop(), world.loop(), world.loop()];
      for (let rounds = 0; rounds < 4; rounds += 1) await Promise.all(loops.map((loop) => loop.round()));
      await world.work();
    }
    expect(world.complaints).toEqual([]);
    expect(await world.automated()).toEqual([
      { clean: [""], report: [""] },
      { clean: [""], report: [""] },
      { clean: [""], report: [""] },
    ]);
  });

  test("one that dies between evaluation and commit leaves nothing behind, and the next one does it once", async () => {
    await world.load(chain());
    await world.settle();
    await world.launch("raw");
    await world.work();
    const dying: Database = {
      ...world.db,
      transaction: (name, fn, options) =>
        world.db.transaction(
          name,
          async (tx) => {
            await fn(tx);
            throw new Error("killed");
          },
          options,
        ),
    };
    const before = await world.db.read("round", (tx) => readAutomationRound(tx, 1));
    await world.loop(dying).round();
    expect(world.complaints).toEqual([expect.stringContaining("killed")]);
    world.complaints.length = 0;
    expect(await world.db.read("round", (tx) => readAutomationRound(tx, 1))).toEqual(before);
    expect(await world.automated()).toEqual([]);
    world.restart();
    await world.settle();
    expect(await world.automated()).toEqual([{ clean: [""], report: [""] }]);
  });

  test("one whose evaluation was overtaken takes no effect, and goes on from what the other wrote", async () => {
    await world.load(chain());
    const slow = world.loop();
    await slow.round();
    await world.settle();
    await world.launch("raw");
    await world.work();
    await world.settle();
    await slow.round();
    await slow.round();
    await slow.round();
    expect(await world.automated()).toHaveLength(1);
  });

  test("while assets go, come and are cut in another way, nothing is requested that is not there", async () => {
    world.moveTo("2026-05-05T12:00:00Z");
    await world.load(chain());
    await world.settle();
    await world.launch("raw");
    await world.work();
    const days = dailyPartitions({ start: "2026-01-01" });
    const raw = asset({ key: "raw", materialize: () => 1 });
    const clean = asset({ key: "clean", partitions: days, deps: { raw }, automation: eager(), materialize: () => 1 });
    await world.load(definitions({ assets: [raw, clean] }));
    await world.settle();
    expect(await world.automated()).toEqual([]);
    await world.launch("raw");
    await world.work();
    await world.settle();
    expect(await world.automated()).toEqual([{ clean: ["2026-05-04"] }]);
    await world.load(definitions({ assets: [raw] }));
    await world.launch("raw");
    await world.work();
    await world.settle();
    expect(await world.automated()).toHaveLength(1);
  });
});

describe("off and on", () => {
  test("what is off asks for nothing, and what it missed is not made up for", async () => {
    await world.load(chain());
    await world.settle();
    const change = { asset: "clean", check: null, reason: "a holiday", actor: "ana" };
    expect(await switchAutomation(world.db, { ...change, isOff: true })).toBe(true);
    expect(await switchAutomation(world.db, { ...change, isOff: true })).toBe(false);
    await world.launch("raw");
    await world.work();
    await world.settle();
    expect(await world.automated()).toEqual([]);
    expect(await switchAutomation(world.db, { ...change, isOff: false })).toBe(true);
    await world.settle();
    expect(await world.automated()).toEqual([]);
    await world.launch("raw");
    await world.work();
    await world.settle();
    expect(await world.automated()).toEqual([{ clean: [""], report: [""] }]);
    expect(await world.events("automation_off")).toMatchObject([{ payload: { reason: "a holiday", actor: "ana" } }]);
  });

  test("several are switched at once, and those that were so already keep who switched them", async () => {
    await world.load(chain());
    await world.settle();
    await switchAutomation(world.db, { asset: "clean", check: null, isOff: true, reason: "mine", actor: "ana" });
    const change = { assets: ["report", "clean", "nowhere"], reason: "a holiday", actor: "ben" };
    expect(await switchAutomations(world.db, { ...change, isOff: true })).toEqual(["nowhere", "report"]);
    await world.launch("raw");
    await world.work();
    await world.settle();
    expect(await world.automated()).toEqual([]);
    expect((await world.events("automation_off")).map(({ payload }) => payload)).toEqual([
      { check: null, reason: "mine", actor: "ana" },
      { check: null, reason: "a holiday", actor: "ben" },
      { check: null, reason: "a holiday", actor: "ben" },
    ]);
    expect(await switchAutomations(world.db, { ...change, isOff: false })).toEqual(["clean", "nowhere", "report"]);
    expect(await switchAutomations(world.db, { ...change, isOff: false })).toEqual([]);
  });
});

describe("endless loops", () => {
  test("a condition that holds after every failure is stopped and told of", async () => {
    const poor = asset({
      key: "poor",
      automation: executionFailed().and(not(inProgress())),
      retry: { attempts: 1 },
      materialize: () => 1,
    });
    await world.load(definitions({ assets: [poor] }));
    await world.settle();
    await world.launch("poor");
    for (let times = 0; times < 12; times += 1) {
      await world.work(() => ({ fails: true }));
      await world.settleLooping();
    }
    expect(await world.automated()).toHaveLength(10);
    expect(await world.events("automation_stopped")).toHaveLength(1);
  });
});
