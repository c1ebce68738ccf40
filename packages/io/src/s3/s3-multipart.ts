import { HeddleError, type StoredObject } from "@heddle/core";
import type { CompletedPart } from "@aws-sdk/client-s3";
import { randomUUID } from "node:crypto";
import { runningChecksum, type ContentChecksum } from "../content-checksum.ts";
import { existingObject } from "../store-error.ts";
import { unless, type S3Connection } from "./s3-connection.ts";
import { strangeAnswer, type S3Failure } from "./s3-failure.ts";
import { assertSame, compareExisting, SHA256_METADATA, WRITE_METADATA } from "./s3-write.ts";

/** S3 takes no more parts of one object. */
const MAX_PARTS = 10_000;
/** How long the removal of a failed upload may take; what it leaves is found by `removeAbandoned`. */
const ABORT_MS = 10_000;

/** An object to be written in parts. */
export interface LargeWrite {
  readonly key: string;
  /** All of the same length but the last one; each stays as it is once it was yielded. */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Checksum of the whole when it is known before. */
  readonly sha256?: string;
  readonly signal: AbortSignal;
}

/**
 * Writes an object in parts, several at the same time. Nothing is visible before the last request, and that one fails
 * where something lies already; servers that do not know this condition are asked before.
 *
 * @throws IO_OBJECT_EXISTS
 */
export async function writeInParts(connection: S3Connection, write: LargeWrite): Promise<StoredObject> {
  const upload = await beginUpload(connection, write);
  try {
    const { parts, content } = await uploadParts(upload, write);
    await complete(upload, parts, content);
    return { key: write.key, ...content };
  } catch (error) {
    await abandon(upload);
    throw error;
  }
}

interface Upload {
  readonly connection: S3Connection;
  readonly key: string;
  readonly uploadId: string;
  /** Which write it is: it tells our own object from another's when an answer was lost. */
  readonly writeId: string;
  readonly signal: AbortSignal;
}

async function beginUpload(connection: S3Connection, { key, sha256, signal }: LargeWrite): Promise<Upload> {
  const address = connection.address(key);
  const writeId = randomUUID();
  const metadata = { [WRITE_METADATA]: writeId, ...(sha256 !== undefined && { [SHA256_METADATA]: sha256 }) };
  const request = { verb: "write", location: connection.locate(key), signal };
  const uploadId = await connection.call(request, async ({ client, sdk }, abortSignal) => {
    const command = new sdk.CreateMultipartUploadCommand({ ...address, Metadata: metadata });
    const answer = await client.send(command, { abortSignal });
    if (answer.UploadId === undefined) throw strangeAnswer("the answer does not name the upload");
    return answer.UploadId;
  });
  return { connection, key, uploadId, writeId, signal };
}

interface UploadedParts {
  readonly parts: readonly CompletedPart[];
  readonly content: ContentChecksum;
}

async function uploadParts(upload: Upload, { pieces, signal }: LargeWrite): Promise<UploadedParts> {
  const checksum = runningChecksum();
  const parts: CompletedPart[] = [];
  const underway = new Set<Promise<void>>();
  const stop = new AbortController();
  const stopped = AbortSignal.any([signal, stop.signal]);
  let failed: { readonly error: unknown } | undefined;
  const settle = async (): Promise<void> => {
    await Promise.race(underway);
    if (failed !== undefined) throw failed.error;
  };
  const begin = (number: number, piece: Uint8Array): void => {
    const uploading = uploadPart({ ...upload, signal: stopped }, number, piece).then(
      (part) => {
        parts[number - 1] = part;
        underway.delete(uploading);
      },
      (error: unknown) => {
        failed ??= { error };
        underway.delete(uploading);
      },
    );
    underway.add(uploading);
  };
  try {
    let number = 0;
    for await (const piece of pieces) {
      number += 1;
      if (number > MAX_PARTS) throw tooManyParts(upload);
      begin(number, piece);
      checksum.update(piece);
      while (underway.size >= upload.connection.settings.concurrency) await settle();
      if (failed !== undefined) throw failed.error;
    }
    while (underway.size > 0) await settle();
    if (failed !== undefined) throw failed.error;
    return { parts, content: checksum.finish() };
  } catch (error) {
    stop.abort();
    await Promise.all(underway);
    throw error;
  }
}

async function uploadPart(upload: Upload, number: number, piece: Uint8Array): Promise<CompletedPart> {
  const { connection, key, uploadId, signal } = upload;
  const address = { ...connection.address(key), UploadId: uploadId, PartNumber: number };
  const request = { verb: `write part ${number} of`, location: connection.locate(key), signal };
  return connection.call(request, async ({ client, sdk }, abortSignal) => {
    const { ETag } = await client.send(new sdk.UploadPartCommand({ ...address, Body: piece }), { abortSignal });
    if (ETag === undefined) throw strangeAnswer("the answer does not name what was written");
    return { PartNumber: number, ETag };
  });
}

function tooManyParts({ connection, key }: Upload): HeddleError {
  const { partBytes } = connection.settings;
  return new HeddleError("IO_STORE_FAILED", `${connection.locate(key)} is longer than ${MAX_PARTS} parts`, {
    hint: `A part has ${partBytes} bytes: give the store a larger \`partBytes\`, or make smaller partitions.`,
    details: { location: connection.locate(key), partBytes },
  });
}

/** What the last request can answer when another object, or our own from an earlier try, is there. */
function isSettledBefore({ status, code }: S3Failure): boolean {
  return status === 412 || code === "NoSuchUpload";
}

async function complete(upload: Upload, parts: readonly CompletedPart[], content: ContentChecksum): Promise<void> {
  const { connection, key, uploadId, writeId, signal } = upload;
  const expected = { key, content, signal, writeId };
  const before = await compareExisting(connection, expected);
  if (before === "other") throw existingObject(connection.locate(key));
  if (before === "same") {
    await abandon(upload);
    return;
  }
  const request = { verb: "write", location: connection.locate(key), signal };
  const address = { ...connection.address(key), UploadId: uploadId };
  const outcome = await connection.call(request, ({ client, sdk }, abortSignal) => {
    const command = new sdk.CompleteMultipartUploadCommand({
      ...address,
      IfNoneMatch: "*",
      MultipartUpload: { Parts: [...parts] },
    });
    return unless(client.send(command, { abortSignal }), isSettledBefore, "settled before" as const);
  });
  // What lies there now is looked at in any case: it shows also what a server did that knows no condition.
  await assertSame(connection, expected);
  if (outcome === "settled before") await abandon(upload);
}

/** Removes an upload and its parts, if it can: who waits wants to know what went wrong before. */
async function abandon({ connection, key, uploadId }: Upload): Promise<void> {
  const request = { verb: "abort", location: connection.locate(key), signal: AbortSignal.timeout(ABORT_MS) };
  const address = { ...connection.address(key), UploadId: uploadId };
  try {
    await connection.call(request, ({ client, sdk }, abortSignal) =>
      unless(
        client.send(new sdk.AbortMultipartUploadCommand(address), { abortSignal }),
        ({ status }) => status === 404,
        undefined,
      ),
    );
  } catch {
    // It is removed with what is abandoned.
  }
}
