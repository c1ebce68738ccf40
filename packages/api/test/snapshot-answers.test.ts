import { asset, definitions } from "@heddle/core";
import { type DefinitionsSnapshot, snapshotDefinitions } from "@heddle/core/internal";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pageHeaders, register, startTestServer, type TestServer } from "./test-server.ts";

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

function declare(...keys: string[]): DefinitionsSnapshot {
  const assets = keys.map((key) => asset({ key, materialize: () => 1 }));
  return snapshotDefinitions(definitions({ assets }), { codeVersionOf: () => "v1", projectDirectory: "/" });
}

async function ask(input: string, encoding: string): Promise<{ encoding: string | null; answer: unknown }> {
  const { address } = test.server;
  const response = await fetch(`${address}/api/trpc/assets.snapshot?input=${encodeURIComponent(input)}`, {
    headers: { ...pageHeaders(address), "accept-encoding": encoding },
  });
  return { encoding: response.headers.get("content-encoding"), answer: await response.json() };
}

it("the first snapshot of a page is what the procedure answers, for each version of the definitions", async () => {
  for (const keys of [["a"], ["a", "b"], ["c"]]) {
    await register(test.db, declare(...keys));
    const data = await test.client.assets.snapshot.query({ knownVersion: null });
    expect(data).toMatchObject({ kind: "snapshot", keys });
    for (const input of ["{}", '{"knownVersion":null}']) {
      expect(await ask(input, "gzip")).toEqual({ encoding: "gzip", answer: { result: { data } } });
      expect(await ask(input, "identity")).toEqual({ encoding: null, answer: { result: { data } } });
    }
    const known = JSON.stringify({ knownVersion: data.version });
    expect((await ask(known, "gzip")).answer).toEqual({
      result: { data: { kind: "unchanged", version: data.version } },
    });
  }
});

it("a browser that kept the first snapshot is told whether it is still so", async () => {
  const { address } = test.server;
  const request = (etag: string): Promise<Response> =>
    fetch(`${address}/api/trpc/assets.snapshot?input=%7B%7D`, {
      headers: { ...pageHeaders(address), "accept-encoding": "gzip", "if-none-match": etag },
    });
  await register(test.db, declare("kept"));
  const first = await request('"another"');
  expect([first.status, first.headers.get("cache-control")]).toEqual([200, "private, no-cache"]);
  const etag = first.headers.get("etag") ?? "";
  const again = await request(etag);
  expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
  await register(test.db, declare("kept", "more"));
  const changed = await request(etag);
  expect([changed.status, await changed.json()]).toMatchObject([200, { result: { data: { keys: ["kept", "more"] } } }]);
});

it("what is wrong with a request for it is told by the procedure", async () => {
  expect((await ask('{"knownVersion":7}', "gzip")).answer).toMatchObject({ error: { data: { httpStatus: 400 } } });
});

it("statuses tell which snapshot they belong to", async () => {
  await register(test.db, declare("d"));
  const { version } = await test.client.assets.snapshot.query({});
  expect((await test.client.assets.status.query({})).definitionsVersion).toBe(version);
});
