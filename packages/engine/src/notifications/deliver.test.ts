import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { email, slack, webhook, type NotificationTarget } from "@heddle/core";
import { type NotifiedEvent } from "@heddle/core/internal";
import type { DueMessage } from "@heddle/storage";
import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import { checkAddress, checkUrl } from "./address-policy.ts";
import { deliver, retryDelayMs, type DeliveryScope } from "./deliver.ts";
import { renderMessage } from "./render-message.ts";

const event: NotifiedEvent = {
  kind: "run-failed",
  at: Date.UTC(2026, 0, 2),
  runId: 41,
  origin: "schedule nightly",
  assetKey: null,
  partitions: "",
  count: 1,
  check: null,
  subject: null,
  state: null,
  error: "no <data> & more",
  actor: null,
};

const message = (target: NotificationTarget, more: Partial<DueMessage> = {}): DueMessage => ({
  id: 1,
  key: "4f3c4cc2-2e1e-4dd0-9f5d-2a54d7d6a001",
  notification: "alarm",
  target,
  template: null,
  count: 1,
  events: [event],
  runIds: [41],
  createdAt: new Date(0),
  attempts: 1,
  attemptId: "a",
  ...more,
});

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  open.push(server);
  // It listens on a port, so it has an address with one.
  return (server.address() as AddressInfo).port;
}

interface Heard {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver that answers as it is told, and what it has heard. */
async function receiver(answer: RequestListener): Promise<{ url: string; heard: Heard[] }> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      heard.push({ headers: request.headers, body });
      answer(request, response);
    });
  });
  return { url: `http://127.0.0.1:${await listen(server)}/secret-path`, heard };
}

const scope = (environment: NodeJS.ProcessEnv = {}, more: Partial<DeliveryScope> = {}): DeliveryScope => ({
  environment,
  policy: { allowedHosts: ["127.0.0.1"] },
  timeoutMs: 5_000,
  publicUrl: "https://heddle.example.com",
  random: () => 0.5,
  ...more,
});

describe("a webhook", () => {
  test("gets JSON with an id, a time and a signature over both and the body", async () => {
    const { url, heard } = await receiver((_, response) => response.end());
    const target = webhook({ url, secretEnv: "SECRET", headersEnv: { authorization: "TOKEN" } });
    expect(await deliver(message(target), scope({ SECRET: "s3cret", TOKEN: "Bearer x" }))).toEqual({ kind: "sent" });
    const { headers, body } = heard[0] ?? { headers: {}, body: "" };
    const id = headers["webhook-id"];
    const timestamp = headers["webhook-timestamp"];
    expect([id, headers.authorization]).toEqual(["4f3c4cc2-2e1e-4dd0-9f5d-2a54d7d6a001", "Bearer x"]);
    const expected = createHmac("sha256", "s3cret")
      .update(`${String(id)}.${String(timestamp)}.${body}`)
      .digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${expected}`);
    expect(JSON.parse(body)).toMatchObject({
      type: "heddle.notification",
      data: {
        notification: "alarm",
        count: 1,
        url: "https://heddle.example.com/runs/41",
        events: [{ sentence: "Run 41 (schedule nightly) has failed: no <data> & more" }],
      },
    });
  });

  test.each([
    { status: 500, headers: {}, kind: "retry", afterMs: 5_000 },
    { status: 503, headers: { "retry-after": "120" }, kind: "retry", afterMs: 120_000 },
    { status: 429, headers: { "retry-after": "7" }, kind: "retry", afterMs: 7_000 },
    { status: 429, headers: { "retry-after": "999999999" }, kind: "retry", afterMs: 3_600_000 },
    { status: 404, headers: {}, kind: "failed", afterMs: undefined },
    { status: 302, headers: { location: "http://169.254.169.254/" }, kind: "failed", afterMs: undefined },
  ])("that answers $status is $kind", async ({ status, headers, kind, afterMs }) => {
    const { url, heard } = await receiver((_, response) =>
      response.writeHead(status, headers).end("the channel\nis archived"),
    );
    const outcome = await deliver(message(webhook({ url })), scope());
    expect(outcome).toMatchObject({
      kind,
      error: { message: `the receiver answered ${status} the channel is archived` },
    });
    expect("afterMs" in outcome ? outcome.afterMs : undefined).toBe(afterMs);
    expect(heard).toHaveLength(1);
  });

  test("that is down, hangs, or does not speak TLS is tried again", async () => {
    const hanging = await receiver(() => undefined);
    const late = await deliver(message(webhook({ url: hanging.url })), scope({}, { timeoutMs: 200 }));
    expect(late).toMatchObject({ kind: "retry", error: { code: "NOTIFICATION_UNDELIVERED" } });
    const plain = await receiver((_, response) => response.end());
    const secure = plain.url.replace("http:", "https:");
    expect(await deliver(message(webhook({ url: secure })), scope())).toMatchObject({ kind: "retry" });
    const gone = createTcpServer();
    const port = await listen(gone);
    await new Promise((resolve) => open.pop()?.close(resolve));
    expect(await deliver(message(webhook({ url: `http://127.0.0.1:${port}/` })), scope())).toMatchObject({
      kind: "retry",
      error: { message: expect.stringContaining("ECONNREFUSED") },
    });
  });

  test("whose secret the daemon does not have is not tried again, and the variable is named", async () => {
    const outcome = await deliver(message(webhook({ urlEnv: "ALERTS_URL" })), scope());
    expect(outcome).toMatchObject({
      kind: "failed",
      error: { code: "NOTIFICATION_CONFIG_MISSING", message: expect.stringContaining("ALERTS_URL") },
    });
  });
});

describe("an address", () => {
  const nobody = { allowedHosts: [] };

  test.each([
    "http://alerts.example.com/",
    "ftp://alerts.example.com/",
    "https://user:secret@alerts.example.com/",
    "file:///etc/passwd",
    "alerts.example.com",
  ])("such as %s is refused before it is looked up", (url) => {
    expect(() => checkUrl(url, nobody)).toThrow(expect.objectContaining({ code: "NOTIFICATION_ADDRESS_REFUSED" }));
  });

  test.each([
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "fe80::1%eth0",
    "fd00::1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
  ])("%s is not public", (address) => {
    const url = new URL("https://alerts.example.com/");
    expect(() => checkAddress(url, address, nobody)).toThrow(
      expect.objectContaining({ code: "NOTIFICATION_ADDRESS_REFUSED" }),
    );
    expect(() => checkAddress(url, address, { allowedHosts: ["alerts.example.com"] })).not.toThrow();
  });

  test.each(["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])("%s is public", (address) => {
    expect(() => checkAddress(new URL("https://alerts.example.com/"), address, nobody)).not.toThrow();
  });

  test.each([
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::ffff:127.0.0.1]/",
    "https://localhost./",
    "https://localhost/",
    "https://0.0.0.0/",
    "https://169.254.169.254/latest/meta-data",
  ])("%s is refused, and nothing is sent", async (url) => {
    const outcome = await deliver(message(webhook({ url })), scope({}, { policy: nobody }));
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "NOTIFICATION_ADDRESS_REFUSED" } });
  });

  test("is allowed with its port, and with no other", () => {
    const allowed = { allowedHosts: ["alerts.internal:8080"] };
    expect(checkUrl("http://alerts.internal:8080/x", allowed).port).toBe("8080");
    expect(() => checkUrl("http://alerts.internal:8081/x", allowed)).toThrow(/http is not allowed/u);
  });
});

describe("Slack", () => {
  test("gets blocks in which texts of users mean nothing to it", async () => {
    const { url, heard } = await receiver((_, response) => response.end("ok"));
    expect(await deliver(message(slack({ urlEnv: "SLACK" })), scope({ SLACK: url }))).toEqual({ kind: "sent" });
    const { blocks } = JSON.parse(heard[0]?.body ?? "{}") as { blocks: { text?: { text: string } }[] };
    expect(blocks[0]?.text?.text).toBe(
      "Run 41 (schedule nightly) has failed: no &lt;data&gt; &amp; more <https://heddle.example.com/runs/41|Open>",
    );
  });

  test("gets a template with the values of the first thing", async () => {
    const { url, heard } = await receiver((_, response) => response.end("ok"));
    const template = "*{{rule}}* {{run.id}} {{error}} {{asset.key}}{{ url }}";
    await deliver(message(slack({ urlEnv: "SLACK" }), { template }), scope({ SLACK: url }));
    expect(heard[0]?.body).toContain("*alarm* 41 no &lt;data&gt; &amp; more https://heddle.example.com/runs/41");
  });
});

describe("e-mail", () => {
  interface Mail {
    readonly to: string[];
    readonly text: string;
  }

  /** A mail server, and what it was given. */
  async function mailServer(refuses = false): Promise<{ port: number; mails: Mail[] }> {
    const mails: Mail[] = [];
    const smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onRcptTo(_address, _session, callback) {
        callback(refuses ? Object.assign(new Error("no such mailbox"), { responseCode: 550 }) : null);
      },
      onData(stream, session, callback) {
        let text = "";
        stream.on("data", (part: Buffer) => (text += part.toString()));
        stream.on("end", () => {
          mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
          callback();
        });
      },
    });
    return { port: await listen(smtp.server), mails };
  }

  const target = email({ to: ["ana@example.com", "ben@example.com"], from: "heddle@example.com" });

  test("has a subject, a text with links and an id that stays", async () => {
    const { port, mails } = await mailServer();
    const sent = message(target, { events: [{ ...event, error: "a\r\nBcc: all@example.com" }] });
    expect(await deliver(sent, scope({ SMTP_URL: `smtp://127.0.0.1:${port}` }))).toEqual({ kind: "sent" });
    const [mail] = mails;
    expect(mail?.to).toEqual(["ana@example.com", "ben@example.com"]);
    expect(mail?.text).toContain("Message-ID: <4f3c4cc2-2e1e-4dd0-9f5d-2a54d7d6a001@heddle>");
    expect(mail?.text).toMatch(/^Subject: Run 41 \(schedule nightly\) has failed: a/mu);
    expect(mail?.text).not.toMatch(/^Bcc:/mu);
    expect(mail?.text).toContain("https://heddle.example.com/runs/41");
  });

  test("that the server refuses is not tried again, one that it does not answer is", async () => {
    const { port } = await mailServer(true);
    const refused = await deliver(message(target), scope({ SMTP_URL: `smtp://127.0.0.1:${port}` }));
    expect(refused).toMatchObject({ kind: "failed", error: { code: "NOTIFICATION_REFUSED" } });
    const silent = await listen(createTcpServer(() => undefined));
    const late = await deliver(message(target), scope({ SMTP_URL: `smtp://127.0.0.1:${silent}` }, { timeoutMs: 200 }));
    expect(late).toMatchObject({ kind: "retry", error: { code: "NOTIFICATION_UNDELIVERED" } });
  });
});

test("retries come later and later, and never at once", () => {
  expect([1, 2, 3, 20, 1_000].map((attempts) => retryDelayMs(attempts, 0.5))).toEqual([
    5_000, 10_000, 20_000, 600_000, 600_000,
  ]);
  expect([retryDelayMs(1, 0), retryDelayMs(1, 1)]).toEqual([3_750, 6_250]);
});

test("many things are told with a count, and the first of them one by one", () => {
  const { title, text } = renderMessage(message(slack(), { count: 10_000, events: [event, event] }), null);
  expect([title, text.split("\n").at(-1)]).toEqual(["alarm: 10,000 things", "… and 9,998 more."]);
});
