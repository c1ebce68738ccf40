import { createHmac } from "node:crypto";
import { asset, definitions, skip, webhookSensor } from "@heddle/core";
import { snapshotDefinitions } from "@heddle/core/internal";
import { readEvents } from "@heddle/storage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send } from "./raw-request.ts";
import { pageHeaders, register, startTestServer, type TestServer } from "./test-server.ts";

const SECRET = "s3cret";
let test: TestServer;

beforeAll(async () => {
  test = await startTestServer({ secrets: { HOOK_SECRET: SECRET } });
  const letter = asset({ key: "letter", materialize: () => 1 });
  const common = { secretEnv: "HOOK_SECRET", evaluate: () => skip("no") };
  const declared = definitions({
    assets: [letter],
    sensors: [
      webhookSensor({ name: "standard", ...common }),
      webhookSensor({ name: "github", signature: "github", ...common }),
      webhookSensor({ name: "stripe", signature: "stripe", ...common }),
      webhookSensor({ name: "unset", ...common, secretEnv: "NOT_SET" }),
    ],
  });
  await register(test.db, snapshotDefinitions(declared, { codeVersionOf: () => "1", projectDirectory: "/" }), "shop");
});
afterAll(() => test[Symbol.asyncDispose]());

const now = (): number => Math.floor(Date.now() / 1_000);
const hmac = (text: string, encoding: "hex" | "base64", secret = SECRET): string =>
  createHmac("sha256", secret).update(text).digest(encoding);

function standard(body: string, { id = "msg_1", at = now(), secret = SECRET } = {}): Record<string, string> {
  return {
    "webhook-id": id,
    "webhook-timestamp": String(at),
    "webhook-signature": `v1,${hmac(`${id}.${at}.${body}`, "base64", secret)}`,
  };
}

async function post(name: string, body: string, headers: Record<string, string>) {
  const answer = await send(test.server.address, {
    method: "POST",
    path: `/webhooks/shop/${name}`,
    headers: { "content-type": "application/json", host: "hooks.example.com", ...headers },
    body,
  });
  const parsed: unknown = JSON.parse(answer.body);
  return { status: answer.status, body: parsed };
}

const refusal = (code: string) => ({ error: { data: { heddle: { code } } } });

describe("a request with a right signature", () => {
  it("is kept once, whatever name the server is called by, and told once", async () => {
    const body = JSON.stringify({ order: 7, note: "ü" });
    const first = await post("standard", body, standard(body));
    expect(first).toMatchObject({ status: 202, body: { delivery: "msg_1", duplicate: false } });
    expect(await post("standard", body, standard(body))).toMatchObject({ status: 202, body: { duplicate: true } });
    const { events } = await test.db.read("events", (tx) => readEvents(tx, { after: "0.0", limit: 1_000 }));
    const told = events.filter(({ kind }) => kind === "webhook_received");
    expect(told.map(({ payload }) => payload)).toEqual([
      { sensor: "standard", receiptId: expect.any(Number), deliveryId: "msg_1" },
    ]);
  });

  it("may be signed as GitHub and Stripe do", async () => {
    const body = JSON.stringify({ id: "evt_1", type: "charge.failed" });
    const github = { "x-github-delivery": "72d3162e", "x-hub-signature-256": `sha256=${hmac(body, "hex")}` };
    expect(await post("github", body, github)).toMatchObject({ status: 202, body: { delivery: "72d3162e" } });
    const at = now();
    const stripe = { "stripe-signature": `t=${at},v1=${"0".repeat(64)},v1=${hmac(`${at}.${body}`, "hex")}` };
    expect(await post("stripe", body, stripe)).toMatchObject({ status: 202, body: { delivery: "evt_1" } });
  });

  it("is refused when it is too old, and from the future", async () => {
    for (const at of [now() - 301, now() + 302]) {
      expect(await post("standard", "{}", standard("{}", { at }))).toMatchObject({
        status: 401,
        body: refusal("WEBHOOK_TOO_OLD"),
      });
    }
  });

  it.each(["null", "true", "7", '"x"', "[]"])("is kept with the body %j, which is JSON as well", async (body) => {
    const headers = standard(body, { id: `plain_${hmac(body, "hex")}` });
    expect(await post("standard", body, headers)).toMatchObject({ status: 202, body: { duplicate: false } });
  });

  it.each(["", "{", "[1,", "\u{FEFF}{", '"\\u0000"', '{"a":"\\ud800"}', '{"\\u0000":1}'])(
    "is refused with the body %j, which is no JSON that can be kept",
    async (body) => {
      expect(await post("standard", body, standard(body, { id: "bad" }))).toMatchObject({
        status: 400,
        body: refusal("WEBHOOK_BODY_INVALID"),
      });
    },
  );
});

describe("a request without one", () => {
  it.each([
    ["no signature", {}],
    ["another secret", standard("{}", { secret: "another" })],
    ["another body", standard('{"a":1}')],
    ["another id", { ...standard("{}"), "webhook-id": "msg_2" }],
    ["another time", { ...standard("{}"), "webhook-timestamp": String(now() - 1) }],
    ["no scheme", { ...standard("{}"), "webhook-signature": "x" }],
    ["another version", { ...standard("{}"), "webhook-signature": `v2,${"A".repeat(43)}=` }],
  ])("(%s) is refused", async (_, headers) => {
    expect(await post("standard", "{}", headers)).toMatchObject({
      status: 401,
      body: refusal("WEBHOOK_SIGNATURE_INVALID"),
    });
  });

  it("is written to the audit log, a few of many", async () => {
    for (let i = 0; i < 20; i += 1) await post("github", "{}", { "x-hub-signature-256": "sha256=0" });
    const { items } = await test.client.deployment.audit.query({ action: "webhooks.", outcome: "refused", limit: 100 });
    const ofGithub = items.filter(({ subject }) => subject === "github");
    expect(ofGithub.length).toBeGreaterThan(5);
    expect(ofGithub.length).toBeLessThan(15);
    expect(ofGithub[0]).toMatchObject({ actor: { kind: "webhook" }, errorCode: "WEBHOOK_SIGNATURE_INVALID" });
  });

  it("learns nothing of a sensor that there is not, or that has no secret", async () => {
    expect(await post("nothing", "{}", standard("{}"))).toMatchObject({
      status: 404,
      body: refusal("WEBHOOK_UNKNOWN"),
    });
    expect(await post("unset", "{}", standard("{}"))).toMatchObject({
      status: 503,
      body: refusal("WEBHOOK_SECRET_MISSING"),
    });
  });

  it("opens no other way in: other methods and other paths keep their guards", async () => {
    const { address } = test.server;
    const foreign = { host: "hooks.example.com" };
    const get = await send(address, { path: "/webhooks/shop/standard", headers: foreign });
    expect(get.status).toBe(421);
    const api = await send(address, {
      method: "POST",
      path: "/api/trpc/deployment.get",
      headers: { ...pageHeaders(address), ...foreign },
      body: "{}",
    });
    expect(api.status).toBe(421);
  });

  it("is cut off when its body is longer than a megabyte", async () => {
    const body = JSON.stringify("x".repeat(1_100_000));
    const answer = await post("standard", body, standard(body));
    expect(answer).toMatchObject({ status: 413, body: refusal("API_BODY_TOO_LARGE") });
  });

  it("whose body is too long is answered, and so is what comes after it on the connection", async () => {
    const url = `${test.server.address}/webhooks/shop/standard`;
    const statuses: number[] = [];
    for (const size of [1_100_000, 2, 2_000_000, 2, 5_000_000, 2, 1_100_000, 2, 20_000_000, 2]) {
      const answer = await fetch(url, { method: "POST", body: "x".repeat(size) });
      statuses.push(answer.status);
      await answer.arrayBuffer();
    }
    expect(statuses).toEqual(Array.from({ length: 5 }, () => [413, 401]).flat());
  });
});

it("more than so many at once wait", async () => {
  const bodies = Array.from({ length: 260 }, (_, i) => JSON.stringify({ i }));
  const statuses: number[] = [];
  for (let i = 0; i < bodies.length; i += 20) {
    const some = bodies
      .slice(i, i + 20)
      .map((body, k) => post("standard", body, standard(body, { id: `many_${i + k}` })));
    statuses.push(...(await Promise.all(some)).map(({ status }) => status));
  }
  expect(new Set(statuses).has(202)).toBe(true);
  expect([...new Set(statuses)].every((status) => status === 202 || status === 429)).toBe(true);
});

describe("the audit log", () => {
  it("holds what was done and what was refused, with who and what, and nothing of what changed nothing", async () => {
    const { client } = test;
    await client.pools.set.mutate({ name: "tag team=a", slots: 3, reason: "quiet" });
    await client.pools.set.mutate({ name: "tag team=a", slots: 3 });
    await expect(client.runs.cancel.mutate({ runId: 999_999 })).rejects.toThrow(/999999/u);
    const { items } = await client.deployment.audit.query({ limit: 100 });
    const own = items.filter(({ action }) => !action.startsWith("webhooks."));
    expect(own.map(({ action, subject, outcome, errorCode }) => [action, subject, outcome, errorCode])).toEqual([
      ["runs.cancel", "run 999999", "refused", "RUN_UNKNOWN"],
      ["pools.set", "tag team=a", "done", null],
    ]);
    expect(own[1]).toMatchObject({ actor: { kind: "catalog", name: null }, input: { slots: 3, reason: "quiet" } });
    const { events } = await test.db.read("events", (tx) => readEvents(tx, { after: "0.0", limit: 1_000 }));
    const changes = events.filter(({ kind }) => kind === "manual_change");
    expect(changes.map(({ payload }) => payload)).toEqual([
      { action: "pools.set", subject: "tag team=a", actor: { kind: "catalog", name: null } },
    ]);
  });

  it("is paged, the newest first", async () => {
    const first = await test.client.deployment.audit.query({ limit: 1 });
    const second = await test.client.deployment.audit.query({ limit: 1, cursor: first.nextCursor });
    expect((first.items[0]?.id ?? 0) > (second.items[0]?.id ?? 0)).toBe(true);
  });
});
