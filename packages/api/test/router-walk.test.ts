import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { appRouter } from "../src/routers/app.ts";
import { createBusyWorld, type BusyWorld } from "./busy-world.ts";
import * as shapes from "./contract-shapes.ts";
import { readStream } from "./event-source.ts";
import { send, type RawAnswer } from "./raw-request.ts";
import { pageHeaders } from "./test-server.ts";
import { ASSET_PROCEDURES } from "./walked/asset-procedures.ts";
import { AUTOMATION_PROCEDURES } from "./walked/automation-procedures.ts";
import { DEFINITION_PROCEDURES } from "./walked/definition-procedures.ts";
import { PAGE_PROCEDURES } from "./walked/page-procedures.ts";
import { RUN_PROCEDURES } from "./walked/run-procedures.ts";
import type { Input, Walked, WalkedProcedures } from "./walked/walked.ts";

let world: BusyWorld;

beforeAll(async () => {
  world = await createBusyWorld();
});

afterAll(() => world[Symbol.asyncDispose]());

/** A new procedure fails the first test below until it is here. */
const WALK: WalkedProcedures = {
  ...ASSET_PROCEDURES,
  ...AUTOMATION_PROCEDURES,
  ...DEFINITION_PROCEDURES,
  ...PAGE_PROCEDURES,
  ...RUN_PROCEDURES,
};

// At run time the record is flat, by full path; its type mirrors the nesting.
const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { readonly _def: { readonly type: string } }>,
);
const paths = Object.keys(WALK);
const typeOf = (path: string) => procedures.find(([name]) => name === path)?.[1]._def.type;
const isStream = (path: string) => typeOf(path) === "subscription";
const walked = (path: string): Walked => WALK[path] ?? { inputs: () => [], answer: z.never() };

function post(path: string, input: unknown): Promise<RawAnswer> {
  const headers = { ...pageHeaders(world.test.server.address), "content-type": "application/json" };
  return send(world.test.server.address, {
    method: "POST",
    path: `/api/trpc/${path}`,
    headers,
    body: JSON.stringify(input),
  });
}

const answered = z.strictObject({ result: z.strictObject({ data: z.unknown() }) });
const failed = z.strictObject({
  error: z.strictObject({
    message: z.string().min(1),
    code: z.int(),
    data: z.strictObject({ code: z.string(), httpStatus: z.int(), heddle: shapes.apiError }),
  }),
});

/** The data of an answer; of a stream, the data of its first message. */
async function ask(path: string, input: Input): Promise<unknown> {
  if (!isStream(path)) {
    const { status, body } = await post(path, input);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${body}`);
    return answered.parse(JSON.parse(body)).result.data;
  }
  const stream = readStream(world.test.server.address, path, { ...input });
  const first = await stream.next();
  await stream.return(undefined);
  return first.value?.data;
}

/** How a wrong input is answered: the error as it crossed the wire, or `null` when the input was fine after all. */
async function refusalOf(path: string, input: unknown) {
  if (!isStream(path)) {
    const { status, body } = await post(path, input);
    return status === 200 ? null : { status, error: failed.parse(JSON.parse(body)).error };
  }
  const query = `input=${encodeURIComponent(JSON.stringify(input))}`;
  const stream = await fetch(`${world.test.server.address}/api/trpc/${path}?${query}`);
  let body = "";
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    body += chunk;
    // Connected, and the first message or the failure is there.
    if (/\n\n.*\n\n/s.test(body)) break;
  }
  const failure = /event: serialized-error\ndata: (?<error>.*)/.exec(body)?.groups?.["error"];
  if (failure === undefined) return null;
  const { error } = failed.parse({ error: JSON.parse(failure) });
  return { status: error.data.httpStatus, error };
}

describe("every procedure", () => {
  it("is known to this test", () => {
    expect(procedures.map(([path]) => path).toSorted()).toEqual(paths.toSorted());
  });

  it.each(paths)("%s answers what the contract says", async (path) => {
    const { inputs, answer } = walked(path);
    for (const input of await inputs(world)) {
      const { error } = answer.safeParse(await ask(path, input));
      expect(error?.message).toBeUndefined();
    }
    expect(world.test.errors).toEqual([]);
  });

  it.each(paths)("%s refuses what is no input, and fields that it does not know", async (path) => {
    const [valid] = await walked(path).inputs(world);
    const extras = [{ role: "admin" }, { status: "success" }, { attempt: 3 }, { environment: "other" }];
    const polluted = JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    ) as object;
    const wrong = [null, [], [valid], "text", 7, true, ...extras.map((extra) => ({ ...valid, ...extra })), polluted];
    for (const input of wrong) {
      const refusal = await refusalOf(path, input);
      expect([input, refusal?.status, refusal?.error.data.heddle.code]).toEqual([input, 400, "API_INPUT_INVALID"]);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(world.test.errors).toEqual([]);
  });

  it.each(paths)("%s blames the caller for every field of a wrong kind", async (path) => {
    const [valid = {}] = await walked(path).inputs(world);
    const wrong = [
      null,
      {},
      [],
      [[]],
      "",
      "\0",
      -1,
      1.5,
      1e300,
      true,
      { kind: "text" },
      { kind: "ranges", ranges: [1] },
    ];
    // Without a place, a stream of events answers when something happens, and nothing does.
    const tries = Object.keys(valid)
      .flatMap((field) => wrong.map((value) => ({ field, value })))
      .filter(({ field, value }) => field !== "lastEventId" || value !== null);
    const blamed: unknown[] = [];
    for (const { field, value } of tries) {
      const { status = 200 } = (await refusalOf(path, { ...valid, [field]: value })) ?? {};
      // Some of these are right for some fields, and some name what is not there.
      if (![200, 400, 404, 409].includes(status)) blamed.push({ field, value, status });
    }
    expect(blamed).toEqual([]);
    expect(world.test.errors).toEqual([]);
  });

  it.each(paths.filter((path) => !isStream(path)))("%s survives any JSON", async (path) => {
    const [valid = {}] = await walked(path).inputs(world);
    const fields = fc.record(
      Object.fromEntries(Object.keys(valid).map((name) => [name, fc.oneof(fc.constant(valid[name]), fc.jsonValue())])),
      { requiredKeys: [] },
    );
    const property = fc.asyncProperty(fc.oneof(fields, fc.jsonValue()), async (input) => {
      const refusal = await refusalOf(path, input);
      return refusal === null || refusal.status < 500;
    });
    await expect(fc.assert(property, { numRuns: 25 })).resolves.toBeUndefined();
    expect(world.test.errors).toEqual([]);
  });

  it.each(paths.filter((path) => typeOf(path) === "mutation"))("%s does not answer to GET", async (path) => {
    const [valid] = await walked(path).inputs(world);
    const query = `input=${encodeURIComponent(JSON.stringify(valid))}`;
    expect((await send(world.test.server.address, { path: `/api/trpc/${path}?${query}` })).status).toBe(405);
  });
});
