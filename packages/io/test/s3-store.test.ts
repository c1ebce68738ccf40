import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { beforeAll } from "vitest";
import { s3Store } from "../src/s3.ts";
import { describeIoManager } from "../src/conformance/describe-io-manager.ts";
import { describeObjectStore, type TestStore } from "../src/conformance/describe-object-store.ts";
import { TEST_IO_MANAGERS } from "./test-io-managers.ts";
import { GATEWAY_START_MS, sharedBucket, type SharedBucket } from "./support/shared-bucket.ts";

let shared: SharedBucket;
let prefixes = 0;

beforeAll(async () => {
  shared = await sharedBucket();
}, GATEWAY_START_MS);

// Each test has a prefix of its own, as each environment of a deployment has.
async function openS3(): Promise<TestStore> {
  const { bucket, client, options } = shared;
  prefixes += 1;
  const prefix = `tests/${prefixes}`;
  return {
    store: s3Store({ ...options, prefix, partBytes: 5 * 1024 * 1024 }),
    async damage(key, change) {
      const address = { Bucket: bucket, Key: `${prefix}/${key}` };
      const { Body, Metadata } = await client.send(new GetObjectCommand(address));
      const content = (await Body?.transformToByteArray()) ?? new Uint8Array();
      await client.send(new PutObjectCommand({ ...address, Body: change(content), ...(Metadata && { Metadata }) }));
    },
    async [Symbol.asyncDispose]() {},
  };
}

describeObjectStore("S3", openS3);

// One of each form; what is particular about the others does not depend on the store.
const FORMS = ["json", "jsonLines", "parquet", "arrow"];

for (const { large: _large, ...manager } of TEST_IO_MANAGERS.filter(({ title }) => FORMS.includes(title)))
  describeIoManager(manager, [{ name: "S3", open: openS3 }]);
