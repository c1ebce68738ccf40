import { appRouter } from "../src/routers/app.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send } from "./raw-request.ts";
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

/** A valid input of every procedure. A new procedure fails the first test below until it is here. */
const VALID: Readonly<Record<string, Record<string, unknown>>> = {
  "assets.get": { key: "report" },
  "assets.snapshot": {},
  "assets.status": { ids: [1] },
  "checks.forAsset": { key: "report" },
  "deployment.get": {},
  "events.stream": {},
  "partitions.detail": { key: "report", ordinal: 0 },
  "partitions.status": { key: "report" },
  "plan.launch": launch,
  "plan.preview": plan,
  "runs.cancel": { runId: 1 },
  "runs.get": { runId: 1 },
  "runs.list": { text: "x", limit: 10 },
  "runs.logs": { runId: 1 },
  "runs.pause": { runId: 1 },
  "runs.resume": { runId: 1 },
  "runs.retry": { runId: 1 },
  "runs.steps": { runId: 1 },
  "runs.tail": { runId: 1 },
  "selection.evaluate": { selection: "*" },
};

// At run time the record is flat, by full path; its type mirrors the nesting.
const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { readonly _def: { readonly type: string } }>,
);
const typeOf = (path: string) => procedures.find(([name]) => name === path)?.[1]._def.type;

async function call(path: string, input: unknown): Promise<{ status: number; body: string }> {
  const headers = { ...pageHeaders(test.server.address), "content-type": "application/json" };
  if (typeOf(path) === "subscription") {
    const answer = await fetch(
      `${test.server.address}/api/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`,
    );
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let body = "";
    while (!/event: (?:serialized-error|return)|\ndata: \{.*"(?:kind|lines)"/.test(body)) {
      const part = await reader?.read();
      if (part === undefined || part.done) break;
      body += part.value;
    }
    await reader?.cancel();
    return { status: body.includes("API_INPUT_INVALID") ? 400 : answer.status, body };
  }
  return send(test.server.address, { method: "POST", path: `/api/trpc/${path}`, headers, body: JSON.stringify(input) });
}

describe("every procedure", () => {
  it("is known to this test", () => {
    expect(procedures.map(([path]) => path).toSorted()).toEqual(Object.keys(VALID).toSorted());
  });

  it.each(Object.keys(VALID))("%s refuses fields that it does not know", async (path) => {
    for (const extra of [{ role: "admin" }, { status: "success" }, { attempt: 3 }, { environment: "other" }]) {
      const answer = await call(path, { ...VALID[path], ...extra });
      expect(answer.status).toBe(400);
      expect(answer.body).toContain("API_INPUT_INVALID");
    }
    const polluted = JSON.parse(
      `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},${JSON.stringify(VALID[path]).slice(1)}`.replace(
        ",}",
        "}",
      ),
    );
    expect((await call(path, polluted)).status).toBe(400);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each(Object.keys(VALID).filter((path) => typeOf(path) === "mutation"))(
    "%s does not answer to GET",
    async (path) => {
      const query = `input=${encodeURIComponent(JSON.stringify(VALID[path]))}`;
      expect((await send(test.server.address, { path: `/api/trpc/${path}?${query}` })).status).toBe(405);
    },
  );
});

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
