import { HeddleError, isHeddleError } from "@heddle/core";
import type * as clientS3 from "@aws-sdk/client-s3";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAbort } from "../before-abort.ts";
import { systemErrorCode } from "../filesystem/file-error.ts";
import { assertObjectKey } from "../object-key.ts";
import type { StoreOperation } from "../store-error.ts";
import { isTransient, s3Error, s3Failure, type S3Failure } from "./s3-failure.ts";
import type { S3Settings } from "./s3-settings.ts";

/** The SDK and a client of it. */
export interface Aws {
  readonly sdk: typeof clientS3;
  readonly client: clientS3.S3Client;
}

/** A request, for its deadline and for the message of an error. */
export interface S3Request extends StoreOperation {
  readonly signal: AbortSignal;
}

/** One bucket, and the one place where requests to it are sent. */
export interface S3Connection {
  readonly settings: S3Settings;
  /** The address of a key for people. */
  locate(key: string): string;
  /** What names an object in a request. @throws IO_KEY_INVALID */
  address(key: string): { readonly Bucket: string; readonly Key: string };
  /**
   * Sends a request until it succeeds, fails for good or its time is up. A `send` that gives up must leave nothing
   * behind that a second one would trip over.
   *
   * @throws IO_STORE_FAILED, IO_STORE_FULL, the signal's reason, and errors of Heddle that `send` throws
   */
  call<T>(request: S3Request, send: (aws: Aws, abortSignal: AbortSignal) => Promise<T>): Promise<T>;
}

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;

/** A bucket to be spoken to; the SDK is loaded when the first request is sent. */
export function s3Connection(settings: S3Settings): S3Connection {
  const { bucket, prefix } = settings;
  let connecting: Promise<Aws> | undefined;
  const connect = (): Promise<Aws> => {
    connecting ??= openClient(settings).catch((error: unknown) => {
      connecting = undefined;
      throw error;
    });
    return connecting;
  };
  return {
    settings,
    locate: (key) => `s3://${bucket}/${prefix}${key}`,
    address(key) {
      assertObjectKey(key);
      assertObjectKey(`${prefix}${key}`);
      return { Bucket: bucket, Key: `${prefix}${key}` };
    },
    async call(request, send) {
      request.signal.throwIfAborted();
      const aws = await connect();
      return withRetries(settings, request, (abortSignal) => send(aws, abortSignal));
    },
  };
}

/**
 * The SDK has no time-out of its own, and a content that trickles defeats the one it can be given: only a signal ends
 * every wait. Its own retries are off, because they would not see that signal as a reason to try again.
 */
async function withRetries<T>(
  settings: S3Settings,
  request: S3Request,
  send: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal } = request;
  const end = performance.now() + settings.deadlineMs;
  for (let attempt = 1; ; attempt += 1) {
    const leftMs = Math.max(1, Math.ceil(end - performance.now()));
    const deadline = AbortSignal.timeout(Math.min(settings.requestTimeoutMs, leftMs));
    const abortSignal = AbortSignal.any([signal, deadline]);
    try {
      // Raced as well: a provider of credentials does not look at the signal.
      return await beforeAbort(send(abortSignal), abortSignal);
    } catch (error) {
      signal.throwIfAborted();
      if (isHeddleError(error)) throw error;
      const failure = s3Failure(error, deadline.aborted);
      const pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
      const isLast = attempt >= settings.maxAttempts || performance.now() + pauseMs >= end;
      if (isLast || !isTransient(failure)) throw s3Error(error, { ...request, failure, settings });
      await beforeAbort(pause(pauseMs), signal);
    }
  }
}

/** Turns an answer that is expected, such as "not there", into a value. */
export async function unless<T, TExpected>(
  answer: Promise<T>,
  isExpected: (failure: S3Failure) => boolean,
  expected: TExpected,
): Promise<T | TExpected> {
  try {
    return await answer;
  } catch (error) {
    if (isExpected(s3Failure(error, false))) return expected;
    throw error;
  }
}

/** The object is not there; that its bucket is not there either is another matter. */
export function isAbsent({ status, code }: S3Failure): boolean {
  return status === 404 && code !== "NoSuchBucket" && code !== "NoSuchUpload";
}

async function openClient(settings: S3Settings): Promise<Aws> {
  const sdk = await loadSdk();
  const { region, endpoint, credentials, forcePathStyle } = settings;
  const client = new sdk.S3Client({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    forcePathStyle,
    maxAttempts: 1,
    // The signature covers the content's SHA-256, and reads are verified by checksums of our own; servers other than
    // AWS do not know the SDK's additional ones.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return { sdk, client };
}

/** Loading the SDK takes as long as starting a process does: only those pay for it who use it. */
async function loadSdk(): Promise<typeof clientS3> {
  try {
    return await import("@aws-sdk/client-s3");
  } catch (error) {
    if (systemErrorCode(error) !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new HeddleError(
      "CONFIG_INVALID",
      "an S3 store needs the package @aws-sdk/client-s3, which is not installed",
      {
        hint: "Install it in the project: npm install @aws-sdk/client-s3",
        cause: error,
      },
    );
  }
}
