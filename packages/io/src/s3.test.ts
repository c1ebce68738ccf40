import { type ObjectStore } from "@heddle/core";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { collect } from "../test/collect.ts";
import { inChunks, randomContent } from "../test/contents.ts";
import { errorAnswer, send, startS3Fake, type FakeRequest } from "../test/support/s3-fake.ts";
import { failureOf } from "../test/failure-of.ts";
import { PART, storeOf } from "../test/support/store-of-fake.ts";
import { unaborted } from "../test/unaborted.ts";

const code = (expected: string) => expect.objectContaining({ code: expected });
const MIB = 1024 * 1024;

/** Says yes to the first `count` requests that are of this kind. */
function first(count: number, isMeant: (request: FakeRequest) => boolean): (request: FakeRequest) => boolean {
  let left = count;
  return (request) => {
    if (!isMeant(request) || left === 0) return false;
    left -= 1;
    return true;
  };
}

const isMethod = (method: string) => (request: FakeRequest) => request.method === method;
const isComplete = (request: FakeRequest) => request.method === "POST" && request.query.has("uploadId");

/** Every kind of write, of a content that is long enough for it. */
const WRITES = [
  { kind: "put", length: 100, write: (store: ObjectStore, body: Uint8Array) => store.put("a/1.bin", body, unaborted) },
  {
    kind: "put in parts",
    length: 4 * PART + 1,
    write: (store: ObjectStore, body: Uint8Array) => store.put("a/1.bin", body, unaborted),
  },
  {
    kind: "stream",
    length: 100,
    write: (store: ObjectStore, body: Uint8Array) => store.putStream("a/1.bin", inChunks(body, 7), unaborted),
  },
  {
    kind: "stream in parts",
    length: 2 * PART + 1,
    write: (store: ObjectStore, body: Uint8Array) => store.putStream("a/1.bin", inChunks(body, MIB), unaborted),
  },
] as const;

describe("writes over a bad connection", () => {
  test.each(WRITES)("$kind: overload is waited for", async ({ write, length }) => {
    await using fake = await startS3Fake();
    const body = randomContent(length);
    let count = 0;
    fake.fault = () => {
      count += 1;
      return count % 2 === 1 ? ({ response }) => send(response, errorAnswer(503, "SlowDown")) : undefined;
    };
    const object = await write(storeOf(fake), body);
    fake.fault = () => undefined;
    expect(Buffer.compare(await storeOf(fake).get(object, unaborted), body)).toBe(0);
  });

  test.each(WRITES)("$kind: an overload that does not end is an error, and leaves nothing", async (kind) => {
    await using fake = await startS3Fake();
    fake.fault = ({ method }) =>
      method === "DELETE" ? undefined : ({ response }) => send(response, errorAnswer(503, "SlowDown"));
    const error = await failureOf(kind.write(storeOf(fake, { maxAttempts: 3 }), randomContent(kind.length)));
    expect(error.code).toBe("IO_STORE_FAILED");
    expect(error.message).toMatch(
      /^cannot .*write.* s3:\/\/acme\/production\/a\/1\.bin: the store asks for fewer requests \(SlowDown, status 503\)$/,
    );
    expect(error.hint).toMatch(/pool/);
    expect([...fake.objects.keys()]).toEqual([]);
    expect(fake.uploads.size).toBe(0);
  });

  test.each(WRITES)("$kind: an answer that was lost does not make our own object a conflict", async (kind) => {
    await using fake = await startS3Fake();
    const isLost = first(1, (request) => isMethod("PUT")(request) && !request.query.has("uploadId"));
    const isLostEnd = first(1, isComplete);
    fake.fault = (request) =>
      isLost(request) || isLostEnd(request)
        ? ({ response, handle }) => {
            handle();
            response.destroy();
          }
        : undefined;
    const body = randomContent(kind.length);
    const object = await kind.write(storeOf(fake), body);
    expect(object.sha256).toBe(createHash("sha256").update(body).digest("hex"));
    expect(Buffer.compare(fake.objects.get("production/a/1.bin")?.body ?? Buffer.alloc(0), body)).toBe(0);
    expect(fake.uploads.size).toBe(0);
  });

  test.each(WRITES)("$kind: an object of somebody else is a conflict, and stays", async (kind) => {
    await using fake = await startS3Fake();
    const other = { body: Buffer.alloc(kind.length), metadata: {} };
    fake.objects.set("production/a/1.bin", other);
    await expect(kind.write(storeOf(fake), randomContent(kind.length))).rejects.toThrow(code("IO_OBJECT_EXISTS"));
    expect(fake.objects.get("production/a/1.bin")).toBe(other);
    expect(fake.uploads.size).toBe(0);
  });

  test("a server that ignores the condition of the last request keeps another's object nevertheless", async () => {
    await using fake = await startS3Fake();
    fake.fault = (request) => {
      if (isComplete(request)) delete request.headers["if-none-match"];
      return undefined;
    };
    const body = randomContent(2 * PART);
    const write = () => storeOf(fake).putStream("a/1.bin", inChunks(body, MIB), unaborted);
    expect(await write()).toEqual(await write());
    const other = { body: Buffer.from("other"), metadata: {} };
    fake.objects.set("production/a/1.bin", other);
    await expect(write()).rejects.toThrow(code("IO_OBJECT_EXISTS"));
    expect(fake.objects.get("production/a/1.bin")).toBe(other);
    expect(fake.uploads.size).toBe(0);
  });

  test("an object that appears while the parts are written is a conflict, and stays", async () => {
    await using fake = await startS3Fake();
    const other = { body: Buffer.from("other"), metadata: {} };
    fake.fault = (request) => {
      if (isComplete(request)) fake.objects.set("production/a/1.bin", other);
      return undefined;
    };
    const writing = storeOf(fake).putStream("a/1.bin", inChunks(randomContent(2 * PART), MIB), unaborted);
    await expect(writing).rejects.toThrow(code("IO_OBJECT_EXISTS"));
    expect(fake.objects.get("production/a/1.bin")).toBe(other);
    expect(fake.uploads.size).toBe(0);
  });

  test.each(WRITES)("$kind: a conflict with another request is tried again", async (kind) => {
    await using fake = await startS3Fake();
    const isHit = first(2, (request) => request.method === "PUT" || isComplete(request));
    fake.fault = (request) =>
      isHit(request) ? ({ response }) => send(response, errorAnswer(409, "ConditionalRequestConflict")) : undefined;
    const body = randomContent(kind.length);
    const object = await kind.write(storeOf(fake), body);
    expect(Buffer.compare(await storeOf(fake).get(object, unaborted), body)).toBe(0);
  });

  test.each(WRITES)("$kind: an error in an answer of status 200 is an error", async (kind) => {
    await using fake = await startS3Fake();
    const isLast = kind.kind.includes("parts") ? isComplete : isMethod("PUT");
    fake.fault = (request) =>
      isLast(request) ? ({ response }) => send(response, errorAnswer(200, "InternalError")) : undefined;
    await expect(kind.write(storeOf(fake, { maxAttempts: 3 }), randomContent(kind.length))).rejects.toThrow(
      code("IO_STORE_FAILED"),
    );
    expect(fake.objects.size).toBe(0);
    expect(fake.uploads.size).toBe(0);

    const isLastOnce = first(1, isLast);
    fake.fault = (request) =>
      isLastOnce(request) ? ({ response }) => send(response, errorAnswer(200, "InternalError")) : undefined;
    await kind.write(storeOf(fake), randomContent(kind.length));
    expect([...fake.objects.keys()]).toEqual(["production/a/1.bin"]);
  });

  test.each(WRITES)("$kind: a server that never answers is an error in time", async (kind) => {
    await using fake = await startS3Fake();
    fake.fault = () => () => {};
    const store = storeOf(fake, { requestTimeoutMs: 100, deadlineMs: 300, maxAttempts: 2 });
    const error = await failureOf(kind.write(store, randomContent(kind.length)));
    expect(error.message).toMatch(/s3:\/\/acme\/production\/a\/1\.bin: it took longer than 100 ms.*\(deadline\)$/);
  });

  test("a signed checksum covers what is sent, in one request and in parts", async () => {
    await using fake = await startS3Fake();
    for (const { write, length } of WRITES) {
      await write(storeOf(fake), new Uint8Array(length));
      fake.objects.clear();
    }
    const sent = fake.requests.filter(({ method }) => method === "PUT");
    expect(sent.length).toBeGreaterThan(6);
    for (const { headers, body } of sent) {
      expect(headers["x-amz-content-sha256"]).toBe(createHash("sha256").update(body).digest("hex"));
    }
  });

  test("an upload that somebody removed is an error that says so", async () => {
    await using fake = await startS3Fake();
    const isPart = (request: FakeRequest) => request.query.get("partNumber") === "2";
    fake.fault = (request) =>
      isPart(request) ? ({ response }) => send(response, errorAnswer(404, "NoSuchUpload")) : undefined;
    const error = await failureOf(storeOf(fake).put("a/1.bin", randomContent(4 * PART + 1), unaborted));
    expect(error.message).toMatch(/^cannot write part 2 of s3:.*NoSuchUpload/);
    expect(fake.uploads.size).toBe(0);
  });
});

/** Every kind of read of an object of so many bytes. */
const READS = [
  { kind: "get", length: 100, read: (store: ObjectStore, object: Stored) => store.get(object, unaborted) },
  {
    kind: "get in parts",
    length: 4 * PART + 1,
    read: (store: ObjectStore, object: Stored) => store.get(object, unaborted),
  },
  {
    kind: "stream",
    length: 2 * PART + 1,
    read: async (store: ObjectStore, object: Stored) => Buffer.concat(await collect(store.stream(object, unaborted))),
  },
  {
    kind: "range",
    length: 2 * PART + 1,
    read: (store: ObjectStore, object: Stored) => store.getRange(object, { start: 0, end: object.bytes, ...unaborted }),
  },
] as const;

type Stored = Awaited<ReturnType<ObjectStore["put"]>>;

describe("reads over a bad connection", () => {
  const damages = [
    ["one flipped byte", (body: Buffer) => Buffer.from(body).fill((body[50] ?? 0) ^ 1, 50, 51)],
    ["an end that is missing", (body: Buffer) => body.subarray(0, -1)],
  ] as const;

  test.each(READS)("$kind: what was damaged on the way is read again", async ({ read, length }) => {
    for (const [, damage] of damages) {
      await using fake = await startS3Fake();
      const body = randomContent(length);
      const object = await storeOf(fake).put("a/1.bin", body, unaborted);
      const isHit = first(1, isMethod("GET"));
      fake.fault = (request) =>
        isHit(request)
          ? ({ response, handle }) => {
              const answer = handle();
              response.writeHead(answer.status, { ...answer.headers, "content-length": String(answer.body.length) });
              response.end(damage(answer.body), () => response.destroy());
            }
          : undefined;
      expect(Buffer.compare(await read(storeOf(fake), object), body)).toBe(0);
    }
  });

  test.each(READS)("$kind: what is damaged every time is an error, and nothing of it is given out", async (kind) => {
    await using fake = await startS3Fake();
    const object = await storeOf(fake).put("a/1.bin", randomContent(kind.length), unaborted);
    fake.fault = ({ method }) =>
      method === "GET"
        ? ({ response, handle }) => {
            const answer = handle();
            send(response, { ...answer, body: damages[0][1](answer.body) });
          }
        : undefined;
    const error = await failureOf(kind.read(storeOf(fake), object));
    expect(error).toMatchObject({ code: "IO_OBJECT_CORRUPT" });
    expect(error.message).toContain("s3://acme/production/a/1.bin");
  });

  test.each(READS)("$kind: a content that breaks off every time is an error", async ({ read, length }) => {
    await using fake = await startS3Fake();
    const object = await storeOf(fake).put("a/1.bin", randomContent(length), unaborted);
    fake.fault = ({ method }) =>
      method === "GET"
        ? ({ response, handle }) => {
            const answer = handle();
            response.writeHead(answer.status, { ...answer.headers, "content-length": String(answer.body.length) });
            response.write(answer.body.subarray(0, 60), () => response.destroy());
          }
        : undefined;
    const error = await failureOf(read(storeOf(fake, { maxAttempts: 3 }), object));
    expect(error.code).toBe("IO_STORE_FAILED");
    expect(error.message).toMatch(/^cannot read s3:\/\/acme\/production\/a\/1\.bin: the connection to http/);
  });

  test.each(READS)("$kind: a content that trickles is an error in time", async ({ read, length }) => {
    await using fake = await startS3Fake();
    const object = await storeOf(fake).put("a/1.bin", randomContent(length), unaborted);
    fake.fault = ({ method }) =>
      method === "GET"
        ? ({ response, handle }) => {
            const answer = handle();
            response.writeHead(answer.status, { ...answer.headers, "content-length": String(answer.body.length) });
            let at = 0;
            const timer = setInterval(() => response.write(answer.body.subarray(at, (at += 1))), 20);
            response.once("close", () => clearInterval(timer));
          }
        : undefined;
    const store = storeOf(fake, { requestTimeoutMs: 200, deadlineMs: 600, maxAttempts: 2 });
    const error = await failureOf(read(store, object));
    expect(error.message).toMatch(/it took longer than 200 ms/);
  });

  test("a signal ends a request that hangs, with its reason", async () => {
    await using fake = await startS3Fake();
    const store = storeOf(fake, { requestTimeoutMs: 60_000, deadlineMs: 60_000 });
    const object = await store.put("a/1.bin", randomContent(100), unaborted);
    const reason = new Error("the step was canceled");
    const controller = new AbortController();
    fake.fault = () => () => controller.abort(reason);
    await expect(store.get(object, { signal: controller.signal })).rejects.toBe(reason);
  });

  test("an object that was replaced by a longer one is found before it is read", async () => {
    await using fake = await startS3Fake();
    for (const length of [100, 2 * PART + 1]) {
      const object = await storeOf(fake).put(`a/${length}.bin`, randomContent(length), unaborted);
      fake.objects.set(`production/a/${length}.bin`, { body: Buffer.alloc(length + 5), metadata: {} });
      const error = await failureOf(storeOf(fake).get(object, unaborted));
      expect(error.message).toBe(
        `s3://acme/production/a/${length}.bin is not what was written: it has ${length + 5} bytes, it should have ${length}`,
      );
    }
  });

  test("a server that does not know ranges is an error that says so", async () => {
    await using fake = await startS3Fake();
    const object = await storeOf(fake).put("a/1.bin", randomContent(2 * PART + 1), unaborted);
    fake.fault = (request) =>
      request.method === "GET"
        ? ({ response }) => send(response, { status: 200, headers: {}, body: Buffer.alloc(10) })
        : undefined;
    const error = await failureOf(storeOf(fake).getRange(object, { start: 0, end: 5, ...unaborted }));
    expect(error.message).toMatch(/does not answer with a range/);
  });
});
