import { describe, expect, test } from "vitest";
import { errorAnswer, send, startS3Fake } from "../test/support/s3-fake.ts";
import { failureOf } from "../test/failure-of.ts";
import { storeOf } from "../test/support/store-of-fake.ts";
import { unaborted } from "../test/unaborted.ts";
import { s3Store, type S3StoreOptions } from "./s3.ts";

const code = (expected: string) => expect.objectContaining({ code: expected });

describe("what is refused", () => {
  test("keys go to the server as they are written, and nothing else does", async () => {
    await using fake = await startS3Fake();
    const store = storeOf(fake);
    for (const key of ["a/../../x", "a//b", "/a", "../x", "a/./b", " a"]) {
      await expect(store.put(key, Buffer.from("x"), unaborted)).rejects.toThrow(code("IO_KEY_INVALID"));
      await expect(store.delete(key)).rejects.toThrow(code("IO_KEY_INVALID"));
    }
    expect(fake.requests).toEqual([]);
    await store.put("a/b%2e%2e%2fc/1.bin", Buffer.from("x"), unaborted);
    expect(fake.requests.map(({ url }) => url)).toEqual(["/acme/production/a/b%252e%252e%252fc/1.bin?x-id=PutObject"]);
    expect([...fake.objects.keys()]).toEqual(["production/a/b%2e%2e%2fc/1.bin"]);
  });

  test.each([
    [{ bucket: "" }, "bucket"],
    [{ bucket: "a/b" }, "bucket"],
    [{ endpoint: "localhost:9000" }, "endpoint"],
    [{ prefix: "../other" }, "prefix"],
    [{ prefix: "a b" }, "prefix"],
    [{ partBytes: 1000 }, "partBytes"],
    [{ requestTimeoutMs: 0 }, "requestTimeoutMs"],
    [{ deadlineMs: Number.POSITIVE_INFINITY }, "deadlineMs"],
    [{ maxAttempts: 0 }, "maxAttempts"],
    [{ concurrency: 1.5 }, "concurrency"],
  ])("the options %j", (options: Partial<S3StoreOptions>, name) => {
    expect(() => s3Store({ bucket: "acme", ...options })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(`\`${name}\``) as string }),
    );
  });

  test("addresses for people have the bucket and the prefix", () => {
    expect(s3Store({ bucket: "acme" }).locate("a/1.bin")).toBe("s3://acme/a/1.bin");
    expect(s3Store({ bucket: "acme", prefix: "x/y/" }).locate("a/1.bin")).toBe("s3://acme/x/y/a/1.bin");
  });
});

describe("errors that say what to do", () => {
  test.each([
    [403, "InvalidAccessKeyId", /does not know the access key/, /access key id/],
    [403, "SignatureDoesNotMatch", /secret access key is not the one/, /AWS_SECRET_ACCESS_KEY/],
    [403, "AccessDenied", /do not allow it/, /s3:PutObject/],
    [400, "ExpiredToken", /have ended/, /Renew/],
    [404, "NoSuchBucket", /no bucket "acme" at http/, /Make the bucket/],
    [403, "RequestTimeTooSkewed", /clock/, /clock/],
    [301, "PermanentRedirect", /does not lie in the region us-east-1/, /region/],
    [501, "NotImplemented", /does not know this request/, /If-None-Match/],
    [418, "Teapot", /Teapot was injected/, /codes/],
  ] as const)("%d %s", async (...[status, name, why, hint]) => {
    await using fake = await startS3Fake();
    fake.fault =
      () =>
      ({ response }) =>
        send(response, errorAnswer(status, name));
    const error = await failureOf(storeOf(fake).put("a/1.bin", Buffer.from("x"), unaborted));
    expect(error).toMatchObject({ code: "IO_STORE_FAILED", details: { status, code: name } });
    expect(error.message).toMatch(/^cannot write s3:\/\/acme\/production\/a\/1\.bin: /);
    expect(error.message).toMatch(why);
    expect(error.hint).toMatch(hint);
    // Credentials that have ended are renewed by somebody; nobody knows what a teapot does.
    expect(error.details?.["permanent"] === true).toBe(name !== "ExpiredToken" && name !== "Teapot");
    // What cannot succeed is not tried again.
    expect(fake.requests).toHaveLength(1);
  });

  test("no space left", async () => {
    await using fake = await startS3Fake();
    fake.fault =
      () =>
      ({ response }) =>
        send(response, errorAnswer(403, "QuotaExceeded"));
    await expect(storeOf(fake).put("a/1.bin", Buffer.from("x"), unaborted)).rejects.toThrow(code("IO_STORE_FULL"));
  });

  test("nothing that listens", async () => {
    const fake = await startS3Fake();
    await fake[Symbol.asyncDispose]();
    const error = await failureOf(storeOf(fake, { maxAttempts: 2 }).put("a/1.bin", Buffer.from("x"), unaborted));
    expect(error.message).toMatch(/the connection to http:.* failed: .*ECONNREFUSED/);
  });

  test("credentials that are not there", async () => {
    await using fake = await startS3Fake();
    const credentials = () =>
      Promise.reject(Object.assign(new Error("Could not load credentials"), { name: "CredentialsProviderError" }));
    const error = await failureOf(storeOf(fake, { credentials }).put("a/1.bin", Buffer.from("x"), unaborted));
    expect(error.message).toMatch(/no credentials were found/);
    expect(error.hint).toMatch(/AWS_ACCESS_KEY_ID/);
  });

  test("credentials that never come", async () => {
    await using fake = await startS3Fake();
    const credentials = () => new Promise<never>(() => {});
    const store = storeOf(fake, { credentials, requestTimeoutMs: 100, maxAttempts: 1 });
    const error = await failureOf(store.put("a/1.bin", Buffer.from("x"), unaborted));
    expect(error.message).toMatch(/longer than 100 ms/);
  });
});
