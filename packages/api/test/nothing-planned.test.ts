import { randomUUID } from "node:crypto";
import { asset, definitions, dynamicPartitions, staticPartitions } from "@heddle/core";
import { snapshotDefinitions } from "@heddle/core/internal";
import { afterAll, beforeAll, expect, it } from "vitest";
import { register, startTestServer, type TestServer } from "./test-server.ts";

let test: TestServer;

const users = dynamicPartitions({ name: "users" });
const declared = definitions({
  assets: [
    ...["a", "b", "c", "d", "e"].map((key) => asset({ key, partitions: users, materialize: () => 1 })),
    asset({ key: "letters", partitions: staticPartitions(["x", "y"]), materialize: () => 1 }),
  ],
});

beforeAll(async () => {
  test = await startTestServer();
  await register(
    test.db,
    snapshotDefinitions(declared, { codeVersionOf: () => "v1", projectDirectory: import.meta.dirname }),
  );
});

afterAll(() => test[Symbol.asyncDispose]());

type Input = Parameters<TestServer["client"]["plan"]["preview"]["query"]>[0];

async function reasonFor(input: Input): Promise<string | null> {
  const { total, effect, reason } = await test.client.plan.preview.query(input);
  expect([total > 0, effect === "Nothing to materialize"]).toEqual([reason === null, reason !== null]);
  return reason;
}

it("a plan without a step says why", async () => {
  expect(await reasonFor({ keys: ["letters"] })).toBeNull();
  expect(await reasonFor({ keys: ["a"] })).toBe('"a" has no partition yet.');
  expect(await reasonFor({ keys: ["a", "b"] })).toBe('"a" and "b" have no partition yet.');
  expect(await reasonFor({ keys: ["a", "b", "c", "d", "e"] })).toBe('"a", "b", "c" and 2 more have no partition yet.');
  expect(await reasonFor({ keys: ["letters", "a"] })).toBeNull();
  expect(await reasonFor({ keys: ["letters"], only: ["failed", "stale"] })).toBe(
    "No partition that was chosen is failed or stale.",
  );

  const { hash, at } = await test.client.plan.preview.query({ keys: ["letters"] });
  await test.client.plan.launch.mutate({ keys: ["letters"], planHash: hash, at, idempotencyKey: randomUUID() });
  expect(await reasonFor({ keys: ["letters"], overlap: "leave_out" })).toBe(
    "Everything that was chosen is under way in other runs.",
  );
});
