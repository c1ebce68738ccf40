import { HeddleError, isHeddleError, type StoredObject } from "@heddle/core";
import type { PutObjectCommand } from "@aws-sdk/client-s3";
import { checksumOf, type ContentChecksum } from "../content-checksum.ts";
import { existingObject } from "../store-error.ts";
import { isAbsent, unless, type S3Connection } from "./s3-connection.ts";
import { strangeAnswer } from "./s3-failure.ts";
import { s3Source, streamS3Object } from "./s3-read.ts";

/** Metadata of every object whose checksum was known before it was written. */
export const SHA256_METADATA = "heddle-sha256";
/** Metadata of an object that was written in parts: which write it was. */
export const WRITE_METADATA = "heddle-write";

/** An object to be written with one request. */
export interface SmallWrite {
  readonly key: string;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

/** Writes an object with one request, which fails where something lies already. @throws IO_OBJECT_EXISTS */
export async function writeAtOnce(connection: S3Connection, { key, body, signal }: SmallWrite): Promise<StoredObject> {
  const address = connection.address(key);
  const location = connection.locate(key);
  const content = checksumOf(body);
  const outcome = await connection.call({ verb: "write", location, signal }, async ({ client, sdk }, abortSignal) => {
    const command = new sdk.PutObjectCommand({
      ...address,
      Body: body,
      IfNoneMatch: "*",
      Metadata: { [SHA256_METADATA]: content.sha256 },
    });
    signWith(command, content.sha256);
    const answer = await unless(
      client.send(command, { abortSignal }),
      ({ status }) => status === 412,
      "exists" as const,
    );
    // An error can come with status 200.
    if (answer !== "exists" && answer.ETag === undefined)
      throw strangeAnswer("the answer does not name what was written");
    return answer === "exists" ? answer : "written";
  });
  // The answer to an earlier try may have been lost: then it is our own object that is in the way.
  if (outcome === "exists") await assertSame(connection, { key, content, signal });
  return { key, ...content };
}

/** Gives the signature the checksum that it covers, which it would compute once more. */
function signWith(command: PutObjectCommand, sha256: string): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const headers: unknown = Reflect.get(Object(args.request), "headers");
      if (typeof headers === "object" && headers !== null) Reflect.set(headers, "x-amz-content-sha256", sha256);
      return next(args);
    },
    { step: "build" },
  );
}

/** What should lie under a key. */
export interface Expected {
  readonly key: string;
  readonly content: ContentChecksum;
  readonly signal: AbortSignal;
  /** The write that put it there, when it was written in parts. */
  readonly writeId?: string;
}

/** Says that a key holds the expected content. @throws IO_OBJECT_EXISTS, IO_STORE_FAILED when it holds nothing */
export async function assertSame(connection: S3Connection, expected: Expected): Promise<void> {
  const found = await compareExisting(connection, expected);
  if (found === "other") throw existingObject(connection.locate(expected.key));
  if (found === "same") return;
  const location = connection.locate(expected.key);
  throw new HeddleError("IO_STORE_FAILED", `cannot write ${location}: what lay there was deleted at the same time`, {
    hint: "Look for something else that writes into this store, then retry what failed.",
    details: { location },
  });
}

/** Compares what lies under a key with the expected content. */
export async function compareExisting(
  connection: S3Connection,
  expected: Expected,
): Promise<"same" | "other" | "absent"> {
  const { key, content, signal, writeId } = expected;
  const address = connection.address(key);
  const location = connection.locate(key);
  const head = await connection.call({ verb: "look at", location, signal }, ({ client, sdk }, abortSignal) =>
    unless(client.send(new sdk.HeadObjectCommand(address), { abortSignal }), isAbsent, undefined),
  );
  if (head === undefined) return "absent";
  if (head.ContentLength !== content.bytes) return "other";
  if (writeId !== undefined && head.Metadata?.[WRITE_METADATA] === writeId) return "same";
  const sha256 = head.Metadata?.[SHA256_METADATA];
  if (sha256 !== undefined) return sha256 === content.sha256 ? "same" : "other";
  return (await hasContent(connection, expected)) ? "same" : "other";
}

/** An object that was written in parts does not say its checksum: it is read. */
async function hasContent(connection: S3Connection, { key, content, signal }: Expected): Promise<boolean> {
  const source = s3Source(connection, { key, ...content }, signal);
  try {
    for await (const piece of streamS3Object(connection, source)) if (piece.length === 0) break;
    return true;
  } catch (error) {
    if (isHeddleError(error) && error.code === "IO_OBJECT_CORRUPT") return false;
    throw error;
  }
}
