import type { ObjectStore } from "@heddle/core";
import { s3Store, type S3StoreOptions } from "../../src/s3.ts";
import type { S3Fake } from "./s3-fake.ts";

/** Size of the parts of an upload: the least that S3 takes. */
export const PART = 5 * 1024 * 1024;

/** A store of a fake server. */
export function storeOf(fake: S3Fake, options: Partial<S3StoreOptions> = {}): ObjectStore {
  return s3Store({
    bucket: "acme",
    prefix: "production",
    endpoint: fake.endpoint,
    credentials: { accessKeyId: "id", secretAccessKey: "secret" },
    partBytes: PART,
    requestTimeoutMs: 10_000,
    deadlineMs: 20_000,
    ...options,
  });
}
