import { HeddleError, type StoredObject } from "@heddle/core";
import { createHash } from "node:crypto";
import { addAbortSignal, Readable } from "node:stream";
import { corruptContent, corruptObject, missingObject } from "../store-error.ts";
import { readWhole, streamObject, type ByteRange, type ObjectSource } from "../verified-parts.ts";
import { isAbsent, unless, type Aws, type S3Connection } from "./s3-connection.ts";
import { strangeAnswer } from "./s3-failure.ts";

/** A part whose checksum is wrong may have been damaged on the way: it is read this often in all. */
const TRIES = 3;

/** An object of a bucket, of which any part can be read. */
export function s3Source(connection: S3Connection, object: StoredObject, signal: AbortSignal): ObjectSource {
  return {
    object,
    location: connection.locate(object.key),
    signal,
    tries: TRIES,
    async read(range, readSignal) {
      const address = connection.address(object.key);
      const location = connection.locate(object.key);
      return connection.call({ verb: "read", location, signal: readSignal }, (aws, abortSignal) =>
        readPart(aws, { ...range, address, location, object, abortSignal }),
      );
    },
  };
}

/** Reads an object as a whole; the parts of a long one come side by side. @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT */
export async function readS3Object(
  connection: S3Connection,
  object: StoredObject,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const source = s3Source(connection, object, signal);
  if (object.bytes <= connection.settings.wholeBytes) return readWhole(source);
  // Before memory is taken for it, the first part says whether the object has this length.
  let body: Uint8Array | undefined;
  const sha256 = createHash("sha256");
  let filled = 0;
  for await (const piece of streamS3Object(connection, source)) {
    body ??= new Uint8Array(Buffer.allocUnsafeSlow(object.bytes).buffer);
    body.set(piece, filled);
    filled += piece.length;
    sha256.update(piece);
  }
  const found = sha256.digest("hex");
  if (body === undefined || found !== object.sha256) {
    throw corruptContent(source.location, { bytes: filled, sha256: found }, object);
  }
  return body;
}

/** Reads an object in order, with the next parts on their way. @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT */
export function streamS3Object({ settings }: S3Connection, source: ObjectSource): AsyncGenerator<Uint8Array, void> {
  return streamObject(source, { pieceBytes: settings.partBytes, concurrency: settings.concurrency });
}

interface Part extends ByteRange {
  readonly address: { readonly Bucket: string; readonly Key: string };
  readonly location: string;
  readonly object: StoredObject;
  readonly abortSignal: AbortSignal;
}

/** Sends one request for a part, and says whether the object has the length that it should have. */
async function readPart({ client, sdk }: Aws, part: Part): Promise<Uint8Array> {
  const { start, end, address, location, object, abortSignal } = part;
  const isWhole = start === 0 && end === object.bytes;
  const command = new sdk.GetObjectCommand({ ...address, ...(!isWhole && { Range: `bytes=${start}-${end - 1}` }) });
  const sent = client.send(command, { abortSignal });
  const answer = await unless(
    unless(sent, isAbsent, "absent" as const),
    ({ status }) => status === 416,
    "too short" as const,
  );
  if (answer === "absent") throw missingObject(location);
  if (answer === "too short") throw corruptObject(location, `it ends before its byte ${start}`);
  if (!(answer.Body instanceof Readable)) throw strangeAnswer("the answer has no content");
  const body = addAbortSignal(abortSignal, answer.Body);
  try {
    assertLength(answer, part, isWhole);
    return await fill(body, end - start);
  } finally {
    // Frees the connection when the content is not read to its end.
    body.destroy();
  }
}

interface Answer {
  readonly ContentLength?: number | undefined;
  readonly ContentRange?: string | undefined;
}

function assertLength(answer: Answer, { start, end, object, location }: Part, isWhole: boolean): void {
  if (isWhole) {
    if (answer.ContentLength === undefined) throw strangeAnswer("the answer does not say how long it is");
    if (answer.ContentLength !== object.bytes) throw corruptContent(location, { bytes: answer.ContentLength }, object);
    return;
  }
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.ContentRange ?? "");
  if (range === null) {
    throw new HeddleError("IO_STORE_FAILED", `cannot read ${location}: the server does not answer with a range`, {
      hint: "The store needs a server with range reads; look whether something between changes its answers.",
      details: { location },
    });
  }
  const [from, last, bytes] = range.slice(1).map(Number);
  if (bytes !== object.bytes) throw corruptContent(location, { bytes: bytes ?? 0 }, object);
  if (from !== start || last !== end - 1) throw strangeAnswer(`the answer has another range: ${answer.ContentRange}`);
}

async function fill(body: Readable, bytes: number): Promise<Uint8Array> {
  // Not filled with zeros first; and a plain array, as a Buffer's `slice` and JSON form differ.
  const content = new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
  let filled = 0;
  // A stream of a response yields buffers.
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    if (filled + chunk.length > bytes) throw strangeAnswer("the content is longer than the answer says");
    content.set(chunk, filled);
    filled += chunk.length;
  }
  if (filled < bytes) throw strangeAnswer(`the content ended after ${filled} of ${bytes} bytes`);
  return content;
}
