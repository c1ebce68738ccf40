import { afterAll, beforeAll, expect, it } from "vitest";
import { createBusyWorld, type BusyWorld } from "./busy-world.ts";
import { launch } from "./launch.ts";

let world: BusyWorld;
beforeAll(async () => {
  world = await createBusyWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

it("tells what a limit has in use, who holds it, and which runs wait for it", async () => {
  const { client } = world.test;
  expect(await client.pools.set.mutate({ name: "asset weather/raw", slots: 4 })).toMatchObject({ changed: true });
  const keys = ["weather/raw"];
  const runId = await launch(client, { keys, partitions: { kind: "text", text: "2012-02-11..2012-02-20" } });
  await world.runner.admit(runId);
  const claims = await world.runner.claim();
  const { pools } = await client.pools.list.query({});
  expect(pools).toMatchObject([
    {
      name: "asset weather/raw",
      slots: 4,
      declaredSlots: null,
      isSet: true,
      used: 4,
      holders: [{ asset: { key: "weather/raw" } }],
    },
  ]);
  const { blockers } = await client.runs.get.query({ runId });
  expect(blockers).toContainEqual({
    reason: "pool",
    message: expect.stringMatching(/^\d+ steps wait for the pool asset weather\/raw, which has 4 of 4 slots taken\.$/u),
  });
  expect(await client.pools.set.mutate({ name: "asset weather/raw", slots: 0 })).toMatchObject({
    pool: { slots: 0, used: 4 },
  });
  expect((await client.runs.get.query({ runId })).blockers).toContainEqual({
    reason: "pool",
    message: expect.stringContaining("which has no slots."),
  });
  expect(await client.pools.set.mutate({ name: "asset weather/raw", slots: null })).toEqual({
    changed: true,
    pool: null,
  });
  await world.runner.settle(claims);
});

it.each([
  [{ name: "runs", slots: 1 }, 400, "POOL_INVALID"],
  [{ name: "no such", slots: null }, 400, "POOL_INVALID"],
  [{ name: "no-such", slots: null }, 404, "POOL_UNKNOWN"],
])("refuses %j", async (input, httpStatus, code) => {
  await expect(world.test.client.pools.set.mutate(input)).rejects.toMatchObject({
    data: { httpStatus, heddle: { code } },
  });
});
