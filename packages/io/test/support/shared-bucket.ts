import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import type { S3Credentials, S3StoreOptions } from "../../src/s3.ts";
import type { RadosGatewayAccess } from "./rados-gateway.ts";

/** A new bucket of the RADOS gateway that the test files of a run share. */
export interface SharedBucket {
  readonly bucket: string;
  /** For what a store does not do. */
  readonly client: S3Client;
  /** What a store of this bucket is made from. */
  readonly options: Omit<S3StoreOptions, "credentials"> & {
    readonly endpoint: string;
    readonly credentials: S3Credentials;
  };
}

/** Starting the gateway takes some 13 s, longer on a busy machine. */
export const GATEWAY_START_MS = 150_000;

/** Makes an empty bucket; the first call of a run starts the gateway. */
export async function sharedBucket(): Promise<SharedBucket> {
  const response = await fetch(inject("radosGatewayStarter"));
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  // What the starter sends.
  const { endpoint, ...credentials } = JSON.parse(text) as RadosGatewayAccess;
  const bucket = `heddle-${randomUUID()}`;
  const client = new S3Client({ endpoint, credentials, region: "us-east-1", forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return { bucket, client, options: { bucket, endpoint, credentials } };
}
