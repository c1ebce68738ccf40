import { createHmac } from "node:crypto";
import { readSensors, readTicks, type TickRow } from "@heddle/storage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { until, type TestProcess } from "./support/processes.ts";

const SECRET = "of the shop";

const PROJECT = {
  "src/definitions.ts": `
import { asset, definitions, staticPartitions, webhookSensor } from "@heddle/core";

const places = staticPartitions(Array.from({ length: 20 }, (_, index) => "p" + index));
const orders = asset({ key: "orders", partitions: places, materialize: () => 1 });
export default definitions({
  assets: [orders],
  sensors: [
    webhookSensor({
      name: "ordered", secretEnv: "SHOP_SECRET", selection: [orders],
      evaluate: ({ events, log }) => events.map(({ deliveryId, payload, headers }) => {
        log.info("got", { deliveryId, signature: headers["webhook-signature"] ?? null });
        return { partitions: [payload.place], tags: { order: deliveryId } };
      }),
    }),
  ],
});
`,
};

/** A server and a daemon in processes of their own: requests come in as from outside. */
let deployment: TestDeployment;
let daemon: TestProcess;
let address = "";

beforeAll(async () => {
  deployment = await createDeployment(PROJECT);
  const server = await deployment.spawn("server", { HEDDLE_PORT: "0", SHOP_SECRET: SECRET });
  address = String(server.said.find(({ type }) => type === "ready")?.["address"]);
  daemon = await deployment.spawn("daemon");
});
afterAll(() => deployment[Symbol.asyncDispose]());

interface Sent {
  readonly id: string;
  readonly at?: number;
  readonly secret?: string;
  /** What is signed, where that is something else than what is sent. */
  readonly signed?: string;
}

const now = (): number => Math.floor(Date.now() / 1_000);

async function post(body: string, { id, at = now(), secret = SECRET, signed = body }: Sent) {
  const signature = createHmac("sha256", secret).update(`${id}.${at}.${signed}`).digest("base64");
  const answer = await fetch(`${address}/webhooks/test-project/ordered`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(at),
      "webhook-signature": `v1,${signature}`,
    },
    body,
  });
  return { status: answer.status, body: await answer.text() };
}

const ticks = (): Promise<TickRow[]> =>
  deployment.db.read("ticks", (tx) => readTicks(tx, { kind: "sensor", name: "ordered", limit: 100 }));

/** Deliveries that have a run, one for each run. */
const launched = () =>
  deployment.db.read("runs", async ({ sql }) => {
    const runs = await sql<{ order: string }[]>`select tags ->> 'order' as order from run order by id`;
    return runs.map(({ order }) => order);
  });

const order = (place: string): string => JSON.stringify({ place });
/** A partition that no open run holds: what one makes already is not launched again. */
let places = 10;

/** Sends a request that is right, and waits for its run: whatever was kept before it has been evaluated by then. */
async function settled(id: string): Promise<void> {
  expect((await post(order(`p${(places += 1)}`), { id })).status).toBe(202);
  await until(`${id} has a run; ${daemon.output}`, async () => (await launched()).includes(id));
}

describe("a request that is signed", () => {
  it("becomes one run, however often it is delivered, and is not kept with its signature", async () => {
    const first = await post(order("p0"), { id: "once" });
    expect(first).toMatchObject({ status: 202 });
    expect(JSON.parse(first.body)).toMatchObject({ delivery: "once", duplicate: false });
    await until(`it has a run; ${daemon.output}`, async () => (await launched()).includes("once"));
    // Senders that heard no answer send it again, at another time, so that the signature is another one.
    for (const at of [now(), now() - 60]) {
      const again = await post(order("p0"), { id: "once", at });
      expect(JSON.parse(again.body)).toMatchObject({ delivery: "once", duplicate: true });
    }
    await settled("after-once");
    expect(await launched()).toEqual(["once", "after-once"]);
    const log = (await ticks()).map((tick) => tick.log).join("");
    expect(log.match(/"once"/gu)).toHaveLength(1);
    expect(log).toContain('"signature":null');
  });

  it("becomes one run when the daemon is killed, and when none was there as it came", async () => {
    await post(order("p1"), { id: "killed" });
    daemon.signal("SIGKILL");
    await daemon.exited;
    await post(order("p2"), { id: "alone" });
    await post(order("p1"), { id: "killed" });
    daemon = await deployment.spawn("daemon");
    await settled("after-alone");
    const runs = (await launched()).filter((id) => !id.endsWith("once"));
    expect(runs.toSorted()).toEqual(["after-alone", "alone", "killed"]);
    const sensors = await deployment.db.read("sensors", readSensors);
    expect(sensors).toMatchObject([{ name: "ordered", failures: 0 }]);
  });
});

describe("a request that is refused", () => {
  it("launches nothing: a wrong signature, another body, an old time, a body of a megabyte, no JSON", async () => {
    const body = order("p3");
    const big = JSON.stringify({ place: "p3", more: "x".repeat(1_048_576) });
    const old = await post(body, { id: "replayed", at: now() - 600 });
    const answers = [
      await post(body, { id: "forged", secret: "guessed" }),
      await post(body, { id: "changed", signed: order("p4") }),
      old,
      await post(body, { id: "future", at: now() + 600 }),
      await post(big, { id: "big" }),
      await post("{", { id: "cut" }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 413, 400]);
    expect(JSON.parse(old.body)).toMatchObject({ error: { data: { heddle: { code: "WEBHOOK_TOO_OLD" } } } });
    await settled("after-refusals");
    const kept = await deployment.db.read("receipts", ({ sql }) => sql`select delivery_id as id from webhook_receipt`);
    const ids = [...(await launched()), ...kept.map(({ id }) => String(id))];
    expect(ids).toContain("after-refusals");
    for (const id of ["replayed", "forged", "changed", "future", "big", "cut"]) expect(ids).not.toContain(id);
  });

  it("because of a partition that there is not, fails its evaluation by name and keeps no other back", async () => {
    await post(order("nowhere"), { id: "unknown" });
    await settled("after-unknown");
    expect(await launched()).not.toContain("unknown");
    const failed = (await ticks()).filter(({ outcome }) => outcome === "failed");
    expect(failed[0]?.error).toMatchObject({ code: "PARTITION_UNKNOWN", message: expect.stringContaining("nowhere") });
  });
});
