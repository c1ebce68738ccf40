import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** See the global setup of `@heddle/io`, which offers the server. */
    radosGatewayStarter: string;
  }
}

/** A new bucket of a real S3 server, for tests of packages that do not know S3's client. */
export interface TestBucket {
  readonly bucket: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The first call of a run starts the server, which takes some 13 s, longer on a busy machine. */
export const BUCKET_START_MS = 150_000;

/** Makes an empty bucket; it is gone when the run of tests ends. */
export async function createTestBucket(): Promise<TestBucket> {
  const response = await fetch(`${inject("radosGatewayStarter")}/bucket`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  // What the global setup sends.
  const { bucket, endpoint, ...credentials } = JSON.parse(text) as TestBucket & TestBucket["credentials"];
  return { bucket, endpoint, credentials };
}
