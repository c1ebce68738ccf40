import { HeddleError } from "@heddle/core";
import type { StoreOperation } from "../store-error.ts";
import type { S3Settings } from "./s3-settings.ts";

/** What is known about a request that failed. */
export interface S3Failure {
  /** HTTP status; `undefined` when no answer came. */
  readonly status: number | undefined;
  /** S3's code such as `NoSuchBucket`, a system error's such as `ECONNRESET`, or the error's name. */
  readonly code: string;
  readonly message: string;
  /** It ended because one try took too long. */
  readonly isTimeout: boolean;
}

/** Gathers what is known from what the SDK threw. */
export function s3Failure(error: unknown, isTimeout: boolean): S3Failure {
  const message = error instanceof Error ? error.message : String(error);
  return { status: statusOf(error), code: codeOf(error), message, isTimeout };
}

function statusOf(error: unknown): number | undefined {
  const metadata = property(error, "$metadata");
  const status = property(metadata, "httpStatusCode");
  return typeof status === "number" ? status : undefined;
}

function codeOf(error: unknown): string {
  for (const name of ["Code", "code", "name"]) {
    const code = property(error, name);
    if (typeof code === "string" && code !== "" && code !== "Error") return code;
  }
  // Several addresses of one host were tried.
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first === undefined ? "Unknown" : codeOf(first);
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** The answer lacks what every good answer has: asking again tells what happened. */
export function strangeAnswer(message: string): Error {
  return Object.assign(new Error(message), { code: "ESTRANGEANSWER" });
}

/** Answers below 500 that pass: overload, a conflict with another request, a content that was damaged on the way. */
const TRANSIENT_CODES = new Set([
  "BadDigest",
  "IncompleteBody",
  "InternalError",
  "RequestTimeout",
  "RequestTimeoutException",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "TimeoutError",
  "XAmzContentSHA256Mismatch",
]);

/** Says whether the same request may succeed later. */
export function isTransient({ status, code, isTimeout }: S3Failure): boolean {
  if (isTimeout || TRANSIENT_CODES.has(code)) return true;
  // System errors: ECONNRESET, EPIPE, ENOTFOUND; and an answer that broke off, or is no HTTP.
  if (status === undefined) return /^(E[A-Z]+|ERR_STREAM_[A-Z_]+|HPE_[A-Z_]+)$/.test(code);
  // An error in an answer of status 200 is one of S3's own, or an answer that could not be understood.
  return status < 300 || [408, 409, 425, 429].includes(status) || (status >= 500 && status !== 501 && status !== 507);
}

/** A request that failed for good, as an error that says what, where, why and what to do. */
export function s3Error(error: unknown, operation: StoreOperation & { failure: S3Failure; settings: S3Settings }) {
  const { verb, location, failure, settings } = operation;
  const { status, code } = failure;
  const { why, hint, isFull } = explain(failure, settings);
  const isPermanent = !isTransient(failure) && isMisconfigured(failure);
  const answer = status === undefined ? code : `${code}, status ${status}`;
  return new HeddleError(
    isFull === true ? "IO_STORE_FULL" : "IO_STORE_FAILED",
    `cannot ${verb} ${location}: ${why} (${failure.isTimeout ? "deadline" : answer})`,
    {
      hint,
      details: { location, code, ...(status !== undefined && { status }), ...(isPermanent && { permanent: true }) },
      cause: error,
    },
  );
}

/** Bucket, region, keys or rights are wrong: nothing that passes by itself, so that trying again would only take time. */
function isMisconfigured({ status, code, message }: S3Failure): boolean {
  if (code.startsWith("Expired") || code === "TokenRefreshRequired" || code === "QuotaExceeded") return false;
  if ([301, 401, 403, 501].includes(status ?? 0) || message === "Region is missing") return true;
  return code === "NoSuchBucket" || code === "CredentialsProviderError";
}

interface Explanation {
  readonly why: string;
  readonly hint: string;
  readonly isFull?: boolean;
}

type Explain = (settings: S3Settings, failure: S3Failure) => Explanation;

const CREDENTIALS_HINT =
  "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or a role for this machine, or give the store `credentials`.";

const placeOf = ({ endpoint }: S3Settings): string => (endpoint === undefined ? "S3" : endpoint);

const noBucket: Explain = (settings) => ({
  why: `there is no bucket "${settings.bucket}" at ${placeOf(settings)}`,
  hint: "Make the bucket, or correct `bucket`, `region` and `endpoint` of the store.",
});
const unknownKey: Explain = (settings) => ({
  why: `${placeOf(settings)} does not know the access key`,
  hint: `Correct the access key id. ${CREDENTIALS_HINT}`,
});
const wrongSecret: Explain = () => ({
  why: "the secret access key is not the one that belongs to the access key",
  hint: `Correct the secret access key. ${CREDENTIALS_HINT}`,
});
const expired: Explain = () => ({
  why: "the temporary credentials have ended",
  hint: "Renew them; a role or a function as `credentials` renews them by itself.",
});
const noCredentials: Explain = () => ({ why: "no credentials were found", hint: CREDENTIALS_HINT });
const skewed: Explain = () => ({
  why: "the clock of this machine differs from the server's by more than S3 allows",
  hint: "Set the clock, best by a time service.",
});
const otherRegion: Explain = ({ bucket, region }) => ({
  why: `the bucket "${bucket}" does not lie in the region ${region ?? "that the environment names"}`,
  hint: "Give the store the bucket's `region`.",
});
const full: Explain = () => ({
  why: "no space left",
  hint: "Free space in the store or raise its quota, then retry what failed.",
  isFull: true,
});
const denied: Explain = ({ bucket, prefix }) => ({
  why: "the credentials do not allow it",
  hint: `Allow s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload and s3:ListMultipartUploadParts on arn:aws:s3:::${bucket}/${prefix}*, and s3:ListBucket and s3:ListBucketMultipartUploads on arn:aws:s3:::${bucket}. Without s3:ListBucket an object that does not exist is answered so, too.`,
});
const overloaded: Explain = () => ({
  why: "the store asks for fewer requests",
  hint: "Retry later; a pool with fewer slots for the assets of this store asks less of it.",
});
const notKnown: Explain = () => ({
  why: "the server does not know this request",
  hint: "The store needs a server with conditional writes (If-None-Match), multipart uploads and range reads.",
});

const EXPLANATIONS: Readonly<Record<string, Explain>> = {
  NoSuchBucket: noBucket,
  InvalidAccessKeyId: unknownKey,
  SignatureDoesNotMatch: wrongSecret,
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  TokenRefreshRequired: expired,
  CredentialsProviderError: noCredentials,
  RequestTimeTooSkewed: skewed,
  AuthorizationHeaderMalformed: otherRegion,
  PermanentRedirect: otherRegion,
  QuotaExceeded: full,
  XMinioStorageFull: full,
  SlowDown: overloaded,
};

const STATUS_EXPLANATIONS: Readonly<Record<number, Explain>> = {
  301: otherRegion,
  401: denied,
  403: denied,
  429: overloaded,
  501: notKnown,
  503: overloaded,
  507: full,
};

function explain(failure: S3Failure, settings: S3Settings): Explanation {
  const { status, code, isTimeout, message } = failure;
  if (isTimeout) {
    return {
      why: `it took longer than ${settings.requestTimeoutMs} ms, or ${settings.deadlineMs} ms with all tries`,
      hint: "Look at the network and the store; for a slow link raise `requestTimeoutMs` and `deadlineMs`.",
    };
  }
  const known = EXPLANATIONS[code] ?? (status === undefined ? undefined : STATUS_EXPLANATIONS[status]);
  if (known !== undefined) return known(settings, failure);
  if (message === "Region is missing") {
    return { why: "no region is known", hint: "Give the store a `region`, or set AWS_REGION." };
  }
  if (status === undefined && isTransient(failure)) {
    return {
      why: `the connection to ${placeOf(settings)} failed: ${message === "" ? code : message}`,
      hint: "Look at `endpoint`, the network and the store, then retry what failed.",
    };
  }
  return {
    why: message === "UnknownError" || message === "" ? "it was refused" : message,
    hint: "Look at the code in S3's list of error codes and at the store's own log.",
  };
}
