import { HeddleError } from "@heddle/core";
import { assertObjectKey } from "../object-key.ts";

/** Keys that sign requests. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
  /** When temporary credentials end; a function that gives them is called again before. */
  readonly expiration?: Date;
}

/** What `s3Store` takes. */
export interface S3StoreOptions {
  readonly bucket: string;
  /**
   * Begins every key, such as `production`: several deployments can share a bucket. Letters, digits, `_ - . %`, and `/`
   * between its parts.
   * @default "" the whole bucket
   */
  readonly prefix?: string;
  /** @default what the environment or the profile of AWS says; `us-east-1` when an endpoint is given */
  readonly region?: string;
  /** URL of a server that speaks S3, such as `http://localhost:9000`. @default AWS */
  readonly endpoint?: string;
  /**
   * Whether the bucket is part of the path and not of the host's name.
   * @default true when an endpoint is given
   */
  readonly forcePathStyle?: boolean;
  /** @default the standard chain: environment, profile, container, instance */
  readonly credentials?: S3Credentials | (() => Promise<S3Credentials>);
  /** Longest that one try of one request may take, its content included, in milliseconds. @default 30000 */
  readonly requestTimeoutMs?: number;
  /** Longest that a request may take with all of its tries, in milliseconds. @default 120000 */
  readonly deadlineMs?: number;
  /** Most tries of a request; between them is an exponential pause with jitter, of at most 5 s. @default 10 */
  readonly maxAttempts?: number;
  /**
   * Length of the parts in which longer objects are written and read, in bytes: at least 5 MiB. An object has at most
   * 10,000 of them.
   * @default 8388608
   */
  readonly partBytes?: number;
  /** Parts of one object that are on their way at the same time; each is held in memory. @default 4 */
  readonly concurrency?: number;
}

/** The options with their defaults. */
export interface S3Settings {
  readonly bucket: string;
  /** Ends with a slash, or is empty. */
  readonly prefix: string;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly forcePathStyle: boolean;
  readonly credentials: S3StoreOptions["credentials"];
  readonly requestTimeoutMs: number;
  readonly deadlineMs: number;
  readonly maxAttempts: number;
  readonly partBytes: number;
  /** Up to this length an object is written and read with one request, unless it is streamed. */
  readonly wholeBytes: number;
  readonly concurrency: number;
}

/** Beginning and completing an upload costs four requests, which parts side by side make up for beyond so many. */
const WHOLE_PARTS = 4;

/** S3 refuses shorter parts, but for an object's last one. */
const MIN_PART_BYTES = 5 * 1024 * 1024;
/** S3 refuses longer parts. */
const MAX_PART_BYTES = 5 * 1024 ** 3;

/** Fills in the defaults. @throws CONFIG_INVALID */
export function s3Settings(options: S3StoreOptions): S3Settings {
  const { bucket, prefix = "", endpoint, region, credentials } = options;
  if (typeof bucket !== "string" || !/^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/.test(bucket)) {
    throw invalid("bucket", bucket, "the name of a bucket, such as `acme-heddle`");
  }
  if (endpoint !== undefined && !/^https?:$/.test(protocolOf(endpoint))) {
    throw invalid("endpoint", endpoint, "an address that begins with http:// or https://");
  }
  const partBytes = wholeNumber("partBytes", options.partBytes ?? 8 * 1024 * 1024, [MIN_PART_BYTES, MAX_PART_BYTES]);
  return {
    bucket,
    prefix: checkedPrefix(prefix),
    region: region ?? (endpoint === undefined ? undefined : "us-east-1"),
    endpoint,
    forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
    credentials,
    requestTimeoutMs: wholeNumber("requestTimeoutMs", options.requestTimeoutMs ?? 30_000, [1, 2 ** 31 - 1]),
    deadlineMs: wholeNumber("deadlineMs", options.deadlineMs ?? 120_000, [1, 2 ** 31 - 1]),
    maxAttempts: wholeNumber("maxAttempts", options.maxAttempts ?? 10, [1, 100]),
    partBytes,
    // S3 takes no more in one request.
    wholeBytes: Math.min(WHOLE_PARTS * partBytes, MAX_PART_BYTES),
    concurrency: wholeNumber("concurrency", options.concurrency ?? 4, [1, 64]),
  };
}

function checkedPrefix(prefix: string): string {
  const inner = prefix.replace(/\/$/, "");
  if (inner === "") return "";
  try {
    assertObjectKey(inner);
  } catch {
    throw invalid("prefix", prefix, "parts of letters, digits, `_`, `-`, `%` and inner dots, joined by `/`");
  }
  return `${inner}/`;
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : "";
}

function wholeNumber(name: string, value: number, [least, most]: readonly [number, number]): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw invalid(name, value, `a whole number from ${least} to ${most}`);
}

function invalid(name: string, value: unknown, expected: string): HeddleError {
  return new HeddleError("CONFIG_INVALID", `\`${name}\` of an S3 store is ${JSON.stringify(value) ?? "not given"}`, {
    hint: `Give ${expected}.`,
  });
}
