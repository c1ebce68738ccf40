import {
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { isHeddleError, type HeddleError } from "@heddle/core";
import { once } from "node:events";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { s3Store, type S3StoreOptions } from "../src/s3.ts";
import { startModule } from "./child-process.ts";
import { collect } from "./collect.ts";
import { inChunks, randomContent } from "./contents.ts";
import { GATEWAY_START_MS, sharedBucket, type SharedBucket } from "./support/shared-bucket.ts";
import { unaborted } from "./unaborted.ts";

const MIB = 1024 * 1024;

let shared: SharedBucket;

beforeAll(async () => {
  shared = await sharedBucket();
}, GATEWAY_START_MS);

const storeIn = (prefix: string, options: Partial<S3StoreOptions> = {}) =>
  s3Store({ ...shared.options, prefix, ...options });

async function failureOf(promise: Promise<unknown>): Promise<HeddleError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isHeddleError(error)) throw new Error("it did not fail with an error of Heddle", { cause: error });
  return error;
}

async function uploadsOf(prefix: string): Promise<string[]> {
  const { Uploads = [] } = await shared.client.send(
    new ListMultipartUploadsCommand({ Bucket: shared.bucket, Prefix: prefix }),
  );
  return Uploads.map(({ Key = "" }) => Key);
}

/** A process that writes with a store of the shared bucket until it is killed. */
function startWriter(prefix: string, text: string) {
  return startModule(`
    import { s3Store } from "@heddle/io/s3";
    const store = s3Store(${JSON.stringify({ ...shared.options, prefix })});
    const signal = new AbortController().signal;
    async function* endless() {
      const chunk = Buffer.alloc(1024 * 1024, 7);
      for (let index = 0; ; index += 1) {
        yield chunk;
        if (index === 60) console.log("writing");
      }
    }
    ${text}
  `);
}

describe("a writer that is killed", () => {
  test("in the middle of a stream leaves nothing to be seen, and its upload is removed", async () => {
    const child = startWriter("killed", `await store.putStream("a/1.bin", endless(), { signal });`);
    await once(child.process.stdout!, "data");
    child.process.kill("SIGKILL");
    await expect(child.output).rejects.toThrow("SIGKILL");

    const store = storeIn("killed");
    expect(await collect(store.list(""))).toEqual([]);
    expect(await uploadsOf("killed/")).toEqual(["killed/a/1.bin"]);
    expect(await storeIn("another").removeAbandoned({ olderThanMs: -60_000, ...unaborted })).toBe(0);
    expect(await store.removeAbandoned({ olderThanMs: 3_600_000, ...unaborted })).toBe(0);
    expect(await store.removeAbandoned({ olderThanMs: -60_000, ...unaborted })).toBe(1);
    expect(await uploadsOf("killed/")).toEqual([]);

    // The next attempt has a key of its own; the same one can be written, too.
    const object = await store.putStream("a/1.bin", inChunks(randomContent(20 * MIB), MIB), unaborted);
    expect((await collect(store.list(""))).map(({ bytes }) => bytes)).toEqual([object.bytes]);
  });

  test("while it writes many objects, short and long, leaves whole ones only", async () => {
    const child = startWriter(
      "many",
      `const body = Buffer.alloc(24 * 1024 * 1024);
      for (let index = 0; ; index += 1) {
        body.writeInt32LE(index);
        await Promise.all([
          store.put(\`short/\${index}.bin\`, body.subarray(0, 1000), { signal }),
          store.put(\`long/\${index}.bin\`, body, { signal }),
        ]);
        if (index === 1) console.log("writing");
      }`,
    );
    await once(child.process.stdout!, "data");
    child.process.kill("SIGKILL");
    await expect(child.output).rejects.toThrow("SIGKILL");

    const store = storeIn("many");
    const objects = await collect(store.list(""));
    expect(objects.length).toBeGreaterThanOrEqual(4);
    for (const { key, bytes } of objects) expect(bytes).toBe(key.startsWith("short/") ? 1000 : 24 * MIB);
    await store.removeAbandoned({ olderThanMs: -60_000, ...unaborted });
    expect(await uploadsOf("many/")).toEqual([]);
    expect(await collect(store.list(""))).toHaveLength(objects.length);
  });
});

test("lists more objects than a page holds, in order, and nothing that is not below the prefix", async () => {
  const keys = Array.from({ length: 1_205 }, (_, index) => `a/${String(index).padStart(5, "0")}.bin`);
  const store = storeIn("pages");
  for (let from = 0; from < keys.length; from += 100) {
    await Promise.all(keys.slice(from, from + 100).map((key) => store.put(key, Buffer.from(key), unaborted)));
  }
  await storeIn("pages2").put("a/1.bin", Buffer.from("x"), unaborted);
  // What a console makes of a folder.
  await shared.client.send(new PutObjectCommand({ Bucket: shared.bucket, Key: "pages/a/", Body: Buffer.alloc(0) }));
  expect((await collect(store.list(""))).map(({ key }) => key)).toEqual(keys);
  expect((await collect(store.list("a/001"))).map(({ key }) => key)).toEqual(keys.slice(100, 200));
});

test("an upload is as old as its newest part", async () => {
  const { bucket, client } = shared;
  const address = { Bucket: bucket, Key: "going-on/a/1.bin" };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(address));
  await client.send(new UploadPartCommand({ ...address, UploadId, PartNumber: 1, Body: Buffer.from("x") }));
  const { Parts = [] } = await client.send(new ListPartsCommand({ ...address, UploadId }));
  const writtenAt = Parts[0]?.LastModified?.getTime() ?? 0;
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    const ageMs = Date.now() - writtenAt;
    const store = storeIn("going-on");
    expect(await store.removeAbandoned({ olderThanMs: ageMs, ...unaborted })).toBe(0);
    expect(await store.removeAbandoned({ olderThanMs: ageMs - 1, ...unaborted })).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

test("an object says its checksum in its metadata", async () => {
  const object = await storeIn("metadata").put("a/1.bin", Buffer.from("x"), unaborted);
  const { Metadata } = await shared.client.send(
    new HeadObjectCommand({ Bucket: shared.bucket, Key: "metadata/a/1.bin" }),
  );
  expect(Metadata).toEqual({ "heddle-sha256": object.sha256 });
});

test("the server refuses a content that is not the one that was signed", async () => {
  const command = new PutObjectCommand({ Bucket: shared.bucket, Key: "damaged/a/1.bin", Body: Buffer.from("x") });
  command.middlewareStack.add(
    (next) => (args) => {
      // Signed already: what is sent is damaged on the way.
      Reflect.set(Object(args.request), "body", Buffer.from("y"));
      return next(args);
    },
    { step: "finalizeRequest", priority: "low" },
  );
  await expect(shared.client.send(command)).rejects.toThrow(
    expect.objectContaining({ name: "XAmzContentSHA256Mismatch" }),
  );
});

describe("what the server refuses is an error that says what to do", () => {
  const missing = { key: "a/1.bin", bytes: 1, sha256: "00" };

  test.each([
    ["a wrong secret", { secretAccessKey: "wrong" }, /secret access key is not the one.*SignatureDoesNotMatch/],
    ["an unknown key", { accessKeyId: "nobody" }, /does not know the access key.*InvalidAccessKeyId/],
  ])("%s", async (_name, wrong, message) => {
    const credentials = { ...shared.options.credentials, ...wrong };
    const store = storeIn("refused", { credentials });
    const refused = [
      store.put("a/1.bin", Buffer.from("x"), unaborted),
      store.get(missing, unaborted),
      store.putStream("a/1.bin", inChunks(randomContent(20 * MIB), MIB), unaborted),
      collect(store.list("")),
      store.delete("a/1.bin"),
      store.removeAbandoned({ olderThanMs: 0, ...unaborted }),
    ];
    for (const error of await Promise.all(refused.map(failureOf))) {
      expect(error).toMatchObject({ code: "IO_STORE_FAILED", hint: expect.stringMatching(/AWS_PROFILE/) as string });
      expect(error.message).toMatch(message);
    }
  });

  test("a bucket that does not exist", async () => {
    const store = storeIn("refused", { bucket: "not-there" });
    const refused = [
      store.put("a/1.bin", Buffer.from("x"), unaborted),
      store.get(missing, unaborted),
      store.putStream("a/1.bin", inChunks(randomContent(20 * MIB), MIB), unaborted),
      collect(store.list("")),
      store.removeAbandoned({ olderThanMs: 0, ...unaborted }),
    ];
    for (const error of await Promise.all(refused.map(failureOf))) {
      expect(error.code).toBe("IO_STORE_FAILED");
      expect(error.message).toMatch(/s3:\/\/not-there\/refused\/.*there is no bucket "not-there" at http/);
    }
  });

  test("a right that is missing, for each right", async () => {
    const { bucket, client } = shared;
    const store = storeIn("denied");
    const object = await store.put("a/1.bin", Buffer.from("x"), unaborted);
    const denied = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"];
    const onObjects = { Effect: "Deny", Principal: "*", Action: denied, Resource: `arn:aws:s3:::${bucket}/denied/*` };
    const onBucket = {
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:ListBucket"],
      Resource: `arn:aws:s3:::${bucket}`,
      Condition: { StringLike: { "s3:prefix": "denied/*" } },
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [onObjects, onBucket] });
    await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    try {
      const refused: readonly (readonly [() => Promise<unknown>, string])[] = [
        [() => store.put("a/2.bin", Buffer.from("x"), unaborted), "s3:PutObject"],
        [() => store.putStream("a/3.bin", inChunks(randomContent(20 * MIB), MIB), unaborted), "s3:PutObject"],
        [() => store.get(object, unaborted), "s3:GetObject"],
        [() => collect(store.stream(object, unaborted)), "s3:GetObject"],
        [() => store.delete("a/1.bin"), "s3:DeleteObject"],
        [() => collect(store.list("")), "s3:ListBucket"],
      ];
      for (const [refusal, right] of refused) {
        const error = await failureOf(refusal());
        expect(error).toMatchObject({ code: "IO_STORE_FAILED", hint: expect.stringContaining(right) as string });
        expect(error.message).toMatch(/s3:\/\/heddle-.*\/denied\/.*do not allow it.*AccessDenied/);
      }
    } finally {
      await client.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
    }
    // Nothing of what was refused is there, and what was there still is.
    expect((await collect(store.list(""))).map(({ key }) => key)).toEqual(["a/1.bin"]);
  });

  test("an object that was removed behind our back", async () => {
    const store = storeIn("removed");
    const object = await store.put("a/1.bin", randomContent(20 * MIB), unaborted);
    await store.delete("a/1.bin");
    const error = await failureOf(store.get(object, unaborted));
    expect(error).toMatchObject({ code: "IO_OBJECT_MISSING" });
    expect(error.message).toContain(`s3://${shared.bucket}/removed/a/1.bin`);
  });
});

test("streams more than it holds in memory, in and out", async () => {
  const { output } = startModule(`
    import { s3Store } from "@heddle/io/s3";
    const store = s3Store(${JSON.stringify({ ...shared.options, prefix: "streamed" })});
    const signal = new AbortController().signal;
    async function* chunks() {
      const chunk = Buffer.alloc(1024 * 1024, 7);
      for (let index = 0; index < 400; index += 1) yield chunk;
    }
    const object = await store.putStream("a/1.bin", chunks(), { signal });
    let bytes = 0;
    for await (const chunk of store.stream(object, { signal })) bytes += chunk.length;
    console.log(JSON.stringify({ bytes, maxRssMb: process.resourceUsage().maxRSS / 1024 }));
  `);
  const { bytes, maxRssMb } = JSON.parse(await output) as { bytes: number; maxRssMb: number };
  expect(bytes).toBe(400 * MIB);
  // Node and the SDK take some 130 MB, the parts on their way some 50 MB, the rest waits to be collected.
  expect(maxRssMb).toBeLessThan(400);
}, 120_000);

test("says where credentials are looked for when there are none", async () => {
  const { bucket, endpoint } = shared.options;
  const child = startModule(`
    import { s3Store } from "@heddle/io/s3";
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: "true", HOME: "/nowhere" });
    const store = s3Store(${JSON.stringify({ bucket, endpoint, prefix: "nobody" })});
    const error = await store.put("a/1.bin", Buffer.from("x"), { signal: new AbortController().signal }).catch((thrown) => thrown);
    console.log(JSON.stringify({ code: error.code, message: error.message, hint: error.hint }));
  `);
  const error = JSON.parse(await child.output) as { code: string; message: string; hint: string };
  expect(error.code).toBe("IO_STORE_FAILED");
  expect(error.message).toMatch(/^cannot write s3:\/\/heddle-.*\/nobody\/a\/1\.bin: no credentials were found/);
  expect(error.hint).toMatch(/AWS_ACCESS_KEY_ID/);
});

test("works with credentials of the environment", async () => {
  const { bucket, endpoint, credentials } = shared.options;
  const child = startModule(`
    import { s3Store } from "@heddle/io/s3";
    process.env.AWS_ACCESS_KEY_ID = ${JSON.stringify(credentials.accessKeyId)};
    process.env.AWS_SECRET_ACCESS_KEY = ${JSON.stringify(credentials.secretAccessKey)};
    const store = s3Store(${JSON.stringify({ bucket, endpoint, prefix: "environment" })});
    const signal = new AbortController().signal;
    const object = await store.put("a/1.bin", Buffer.from("x"), { signal });
    console.log(JSON.stringify([object.bytes, (await store.get(object, { signal })).length]));
  `);
  expect(JSON.parse(await child.output)).toEqual([1, 1]);
});
