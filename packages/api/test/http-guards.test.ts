import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "@heddle/api";
import { isHeddleError, type ErrorCode } from "@heddle/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send, type RawRequest } from "./raw-request.ts";
import { pageHeaders, register, startTestServer, type TestServer } from "./test-server.ts";
import { weatherSnapshot } from "./weather-definitions.ts";

const SCRIPT = 'document.documentElement.dataset.theme = "dark"';
let test: TestServer;
let address: string;
let catalogDirectory: string;
const LARGE_SCRIPT = "export const answer = 42;\n".repeat(400);

beforeAll(async () => {
  catalogDirectory = await mkdtemp(join(tmpdir(), "heddle-catalog-"));
  await mkdir(join(catalogDirectory, "assets"));
  await writeFile(
    join(catalogDirectory, "index.html"),
    `<!doctype html><script>${SCRIPT}</script><script src="/assets/index-B1x9_dQa.js"></script>`,
  );
  await writeFile(join(catalogDirectory, "assets", "index-B1x9_dQa.js"), "export {};");
  await writeFile(join(catalogDirectory, "assets", "large-C2y0_eRb.js"), LARGE_SCRIPT);
  await writeFile(join(catalogDirectory, "favicon.svg"), "<svg/>");
  await symlink(import.meta.filename, join(catalogDirectory, "linked.txt"));
  await symlink(import.meta.dirname, join(catalogDirectory, "linked"));
  test = await startTestServer({ catalogDirectory });
  ({ address } = test.server);
  await register(test.db, weatherSnapshot());
});

afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await rm(catalogDirectory, { recursive: true });
});

const json = { "content-type": "application/json" };
const pause = (headers: Record<string, string>, body = '{"runId":1}'): RawRequest => ({
  method: "POST",
  path: "/api/trpc/runs.pause",
  headers: { ...headers, "content-length": String(body.length) },
  body,
});

const failsWith = (code: ErrorCode) =>
  expect.toSatisfy((error: unknown) => isHeddleError(error, code), `an error ${code}`);

/** The code of Heddle's that an answer tells. */
function codeIn(body: string): unknown {
  const { error } = JSON.parse(body) as { error: { data: { heddle: { code: string } } } };
  return error.data.heddle.code;
}

describe("where it listens", () => {
  it.each(["0.0.0.0", "::", "192.168.1.7", "heddle.example"])("refuses %s, without opening a socket", async (host) => {
    const log = { info: () => {}, error: () => {} };
    await expect(createServer({ db: test.db, host, port: 0, log })).rejects.toEqual(failsWith("CONFIG_INSECURE_BIND"));
  });

  it("says that a port is taken, or goes on to the next when it may", async () => {
    const log = { info: () => {}, error: () => {} };
    const other = createTcpServer();
    await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
    const bound = other.address();
    if (typeof bound !== "object" || bound === null) throw new Error("no address");
    const { port } = bound;
    await expect(createServer({ db: test.db, port, log })).rejects.toEqual(failsWith("CONFIG_PORT_TAKEN"));
    const next = await createServer({ db: test.db, port, acceptsNextPort: true, log });
    expect(next.port).toBeGreaterThan(port);
    expect((await send(next.address, { path: "/healthz" })).status).toBe(200);
    await next.close();
    other.close();
  });

  it("refuses a directory without a built catalog", async () => {
    const log = { info: () => {}, error: () => {} };
    const directory = join(catalogDirectory, "assets");
    await expect(createServer({ db: test.db, port: 0, catalogDirectory: directory, log })).rejects.toEqual(
      failsWith("CONFIG_CATALOG_MISSING"),
    );
    await expect(createServer({ db: test.db, port: 0, catalogDirectory: `${directory}/none`, log })).rejects.toEqual(
      failsWith("CONFIG_CATALOG_MISSING"),
    );
  });
});

describe("foreign hosts and origins", () => {
  it.each(["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "[::1]", "localhost.:80", "0.0.0.0"])(
    "answers 421 to Host: %s, whatever the path",
    async (host) => {
      for (const path of ["/", "/healthz", "/api/trpc/deployment.get", "/assets/index-B1x9_dQa.js"]) {
        const answer = await send(address, { path, headers: { host } });
        expect(answer.status).toBe(421);
      }
    },
  );

  it("accepts its own names with its port", async () => {
    for (const name of ["127.0.0.1", "localhost", "[::1]"]) {
      expect((await send(address, { path: "/healthz", headers: { host: `${name}:${test.server.port}` } })).status).toBe(
        200,
      );
    }
  });

  it.each([
    ["no proof of origin", { ...json, "x-heddle": "1" }],
    ["an evil origin", { ...json, "x-heddle": "1", origin: "http://evil.example" }],
    ["the origin null", { ...json, "x-heddle": "1", origin: "null" }],
    ["another port of this machine", { ...json, "x-heddle": "1", origin: "http://127.0.0.1:1" }],
    ["a same-site page", { ...json, "x-heddle": "1", "sec-fetch-site": "same-site" }],
    ["a cross-site page", { ...json, "x-heddle": "1", "sec-fetch-site": "cross-site" }],
    ["a request typed by hand", { ...json, "x-heddle": "1", "sec-fetch-site": "none" }],
    ["no header of ours", { ...json, "sec-fetch-site": "same-origin" }],
    [
      "a form",
      { "content-type": "application/x-www-form-urlencoded", "x-heddle": "1", "sec-fetch-site": "same-origin" },
    ],
    ["plain text", { "content-type": "text/plain", "x-heddle": "1", "sec-fetch-site": "same-origin" }],
    [
      "a multipart form",
      { "content-type": "multipart/form-data; boundary=x", "x-heddle": "1", "sec-fetch-site": "same-origin" },
    ],
    ["no content type", { "x-heddle": "1", "sec-fetch-site": "same-origin" }],
  ])("refuses a change with %s", async (_, headers) => {
    const answer = await send(address, pause(headers));
    expect(answer.status).toBe(403);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("refuses a read from another site, and offers no CORS", async () => {
    const path = "/api/trpc/deployment.get";
    for (const headers of [{ origin: "http://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }]) {
      expect((await send(address, { path, headers })).status).toBe(403);
    }
    const preflight = await send(address, {
      method: "OPTIONS",
      path,
      headers: { origin: "http://evil.example", "access-control-request-method": "POST" },
    });
    expect(preflight.status).toBe(403);
    expect(Object.keys(preflight.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("does not change anything by GET, nor take other methods", async () => {
    const change = await send(address, { path: `/api/trpc/runs.pause?input=${encodeURIComponent('{"runId":1}')}` });
    expect(change.status).toBe(405);
    expect(codeIn(change.body)).toBe("API_METHOD_REFUSED");
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      expect((await send(address, { ...pause({ ...pageHeaders(address), ...json }), method })).status).toBe(405);
    }
    expect((await send(address, { method: "HEAD", path: "/api/trpc/runs.pause" })).status).toBe(405);
    const path = `/api/trpc/runs.pause?input=${encodeURIComponent('{"runId":1}')}`;
    for (const name of ["x-http-method-override", "x-http-method", "x-method-override"]) {
      expect((await send(address, { path, headers: { [name]: "POST" } })).status).toBe(405);
    }
    expect((await send(address, { path: `${path}&_method=POST` })).status).toBe(405);
  });

  it("takes a change that a page of its own sends", async () => {
    const answer = await send(address, pause({ ...pageHeaders(address), ...json }));
    expect(answer.status).toBe(404);
    expect(codeIn(answer.body)).toBe("RUN_UNKNOWN");
  });
});

describe("limits", () => {
  const headers = () => ({ ...pageHeaders(address), ...json });

  it("takes 20 procedures in one request and refuses 21, however the comma is written", async () => {
    const batch = (count: number, comma: string) => ({
      path: `/api/trpc/${Array.from({ length: count }, () => "deployment.get").join(comma)}?batch=1&input=%7B%7D`,
      headers: headers(),
    });
    expect((await send(address, batch(20, ","))).status).toBe(200);
    for (const comma of [",", "%2C", "%2c"]) {
      const answer = await send(address, batch(21, comma));
      expect(answer.status).toBe(413);
      expect(codeIn(answer.body)).toBe("API_BATCH_TOO_LARGE");
    }
  });

  it("refuses a thousand procedures in one request, by GET and by POST", async () => {
    const path = `/api/trpc/${"runs.list,".repeat(999)}runs.list?batch=1`;
    expect((await send(address, { path })).status).toBe(413);
    const posted = await send(address, { method: "POST", path, headers: headers(), body: "{}" });
    expect(posted.status).toBe(413);
  });

  it("judges each call of a batch alone", async () => {
    const answer = await send(address, {
      path: "/api/trpc/deployment.get,assets.get,no.such?batch=1&input=%7B%221%22%3A%7B%22key%22%3A1%7D%7D",
    });
    const parts = JSON.parse(answer.body) as { result?: unknown; error?: { data: { heddle: { code: string } } } }[];
    expect(parts.map((part) => part.error?.data.heddle.code ?? "ok")).toEqual([
      "ok",
      "API_INPUT_INVALID",
      "API_PROCEDURE_UNKNOWN",
    ]);
  });

  it("refuses a body of more than 1 MB, announced or not", async () => {
    const body = JSON.stringify({ selection: "x".repeat(1_100_000) });
    const path = "/api/trpc/selection.evaluate";
    const announced = await send(address, {
      method: "POST",
      path,
      headers: { ...headers(), "content-length": String(body.length) },
      body,
    });
    expect(announced.status).toBe(413);
    const chunked = await send(address, {
      method: "POST",
      path,
      headers: { ...headers(), "transfer-encoding": "chunked" },
      body,
    });
    expect(chunked.status).toBe(413);
    expect(codeIn(chunked.body)).toBe("API_BODY_TOO_LARGE");
  });

  it("survives nonsense", async () => {
    const path = "/api/trpc/assets.status";
    const bodies = [
      "",
      "null",
      "[]",
      "{",
      '"text"',
      "1",
      `${"[".repeat(100_000)}`,
      `{"ids":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
      "\0",
      '{"ids":null}',
    ];
    for (const body of bodies) {
      expect((await send(address, { method: "POST", path, headers: headers(), body })).status).toBe(400);
    }
    const params = ["null", "[]", '{"a":1}', "{", "x".repeat(5_000)];
    for (const connectionParams of params) {
      const answer = await send(address, {
        path: `/api/trpc/deployment.get?connectionParams=${encodeURIComponent(connectionParams)}`,
      });
      expect([200, 400]).toContain(answer.status);
    }
    expect((await send(address, { path: "/api/trpc/%00%ff" })).status).toBe(400);
    expect((await send(address, { path: `/${"x".repeat(20_000)}` })).status).toBe(431);
    expect((await send(address, { path: "/healthz" })).status).toBe(200);
    expect(test.errors).toEqual([]);
  });
});

describe("what is served", () => {
  it("sets the security headers on every answer", async () => {
    const hash = createHash("sha256").update(SCRIPT).digest("base64");
    for (const path of [
      "/",
      "/healthz",
      "/nowhere",
      "/api/trpc/deployment.get",
      "/api/nowhere",
      "/assets/index-B1x9_dQa.js",
    ]) {
      const { headers } = await send(address, { path });
      const policy = headers["content-security-policy"];
      expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
      expect(policy).toContain("object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
      });
      expect(headers["x-powered-by"]).toBeUndefined();
    }
  });

  it("serves hashed files for ever, and pages to people only", async () => {
    const file = await send(address, { path: "/assets/index-B1x9_dQa.js" });
    expect(file.headers).toMatchObject({
      "cache-control": "public, max-age=31536000, immutable",
      "content-type": "text/javascript; charset=utf-8",
    });
    const page = await send(address, { path: "/assets/weather/raw?tab=checks", headers: { accept: "text/html,*/*" } });
    expect(page).toMatchObject({
      status: 200,
      headers: { "cache-control": "no-cache", "content-type": "text/html; charset=utf-8" },
    });
    const again = await send(address, { path: "/", headers: { "if-none-match": page.headers.etag ?? "" } });
    expect(again).toMatchObject({ status: 304, body: "" });
    expect((await send(address, { path: "/assets/lost-12345678.js", headers: { accept: "*/*" } })).status).toBe(404);
    expect((await send(address, { method: "POST", path: "/", headers: { accept: "text/html" } })).status).toBe(404);
  });

  it.each([
    "/../package.json",
    "/..%2fpackage.json",
    "/assets/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/assets/..%5c..%5cx",
    "//etc/passwd",
  ])("gives nothing outside the catalog for %s", async (path) => {
    const answer = await send(address, { path });
    expect(answer.status).toBe(404);
  });

  it("follows no link out of the catalog", async () => {
    expect((await send(address, { path: "/linked.txt" })).status).toBe(404);
    expect((await send(address, { path: "/linked/http-guards.test.ts" })).status).toBe(404);
  });

  it("answers health at exactly one path, without details", async () => {
    expect(await send(address, { path: "/healthz" })).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    for (const path of ["/healthz/", "/x/healthz", "/api/healthz", "/healthz/x"]) {
      expect((await send(address, { path })).body).not.toContain('"ok"');
    }
  });

  it("compresses the catalog's scripts for those who read that, the same bytes each time", async () => {
    const path = "/assets/large-C2y0_eRb.js";
    const plain = await send(address, { path });
    expect(plain).toMatchObject({ status: 200, body: LARGE_SCRIPT });
    expect(plain.headers).not.toHaveProperty("content-encoding");
    for (const coding of ["gzip, br", "gzip;q=0.5"]) {
      const answer = await fetch(`${address}${path}`, { headers: { "accept-encoding": coding } });
      expect(answer.headers.get("content-encoding")).toBe("gzip");
      expect(answer.headers.get("vary")).toContain("accept-encoding");
      expect(Number(answer.headers.get("content-length"))).toBeLessThan(LARGE_SCRIPT.length / 10);
      expect(await answer.text()).toBe(LARGE_SCRIPT);
    }
    const refused = await send(address, { path, headers: { "accept-encoding": "gzip;q=0, identity" } });
    expect(refused).toMatchObject({ status: 200, body: LARGE_SCRIPT });
  });

  it("compresses large answers but no event stream", async () => {
    const answer = await fetch(`${address}/api/trpc/assets.snapshot?input=%7B%7D`, {
      headers: { "accept-encoding": "gzip" },
    });
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    await answer.json();
    const hangUp = new AbortController();
    const stream = await fetch(`${address}/api/trpc/events.stream?input=%7B%7D`, { signal: hangUp.signal });
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    expect(stream.headers.get("content-encoding")).toBeNull();
    hangUp.abort();
  });

  it("leaks nothing of an unexpected error but an id that the log holds too", async () => {
    await test.db.transaction("break the schema", async ({ sql }) => {
      await sql`alter table worker rename to worker_lost`;
    });
    const answer = await send(address, { path: "/api/trpc/deployment.get" });
    await test.db.transaction("mend the schema", async ({ sql }) => {
      await sql`alter table worker_lost rename to worker`;
    });
    expect(answer.status).toBe(500);
    expect(answer.body).not.toMatch(/worker|relation "|"stack"|node_modules/);
    const { error } = JSON.parse(answer.body) as {
      error: { data: { heddle: { code: string; correlationId: string } } };
    };
    expect(error.data.heddle.code).toBe("INTERNAL");
    const [logged] = test.errors.splice(0);
    expect(logged?.message).toContain(error.data.heddle.correlationId);
    expect(isHeddleError(logged?.error, "DATABASE_FAILED")).toBe(true);
  });
});
