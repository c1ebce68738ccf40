import { objectStore, type ListedObject, type ObjectStore } from "@heddle/core";
import { cutInto, untilAborted } from "./chunks.ts";
import { checksumOf } from "./content-checksum.ts";
import { assertKeyPrefix } from "./object-key.ts";
import { s3Connection } from "./s3/s3-connection.ts";
import { deleteS3Object, listS3Objects, removeAbandonedUploads } from "./s3/s3-list.ts";
import { writeInParts } from "./s3/s3-multipart.ts";
import { readS3Object, s3Source, streamS3Object } from "./s3/s3-read.ts";
import { s3Settings, type S3StoreOptions } from "./s3/s3-settings.ts";
import { writeAtOnce } from "./s3/s3-write.ts";
import { readRange } from "./verified-parts.ts";

export type { S3Credentials, S3StoreOptions } from "./s3/s3-settings.ts";

/**
 * A store in a bucket of Amazon S3, or of a server that speaks S3. Needs the package `@aws-sdk/client-s3`, which is
 * loaded when something is first read or written.
 *
 * Objects are written on condition that nothing lies under their key, long ones in parts of which nothing is visible
 * before the last; every request has a deadline and is retried while the store is overloaded or away; every read
 * verifies length and checksum.
 *
 * @example
 * const store = s3Store({ bucket: "acme-heddle", prefix: "production", region: "eu-central-1" });
 * export default definitions({ assets, store });
 *
 * @throws CONFIG_INVALID
 */
export function s3Store(options: S3StoreOptions): ObjectStore {
  const connection = s3Connection(s3Settings(options));
  const { partBytes } = connection.settings;
  return objectStore<ObjectStore>({
    name: "s3",
    // One request where it suffices, and parts that need not be copied for a while beyond.
    putBytes: 2 * connection.settings.wholeBytes,
    locate: (key) => connection.locate(key),
    async put(key, body, { signal }) {
      signal.throwIfAborted();
      if (body.length <= connection.settings.wholeBytes) return writeAtOnce(connection, { key, body, signal });
      connection.address(key);
      const { sha256 } = checksumOf(body);
      return writeInParts(connection, { key, pieces: piecesOf(body, partBytes), sha256, signal });
    },
    async putStream(key, chunks, { signal }) {
      signal.throwIfAborted();
      connection.address(key);
      const pieces = cutInto(untilAborted(chunks, signal), partBytes);
      try {
        const first = await pieces.next();
        const second = first.done === true ? first : await pieces.next();
        if (second.done === true) {
          const body = first.done === true ? new Uint8Array() : first.value;
          return await writeAtOnce(connection, { key, body, signal });
        }
        const all = withFirst([first.done === true ? new Uint8Array() : first.value, second.value], pieces);
        return await writeInParts(connection, { key, pieces: all, signal });
      } finally {
        await pieces.return();
      }
    },
    async get(object, { signal }) {
      connection.address(object.key);
      return readS3Object(connection, object, signal);
    },
    stream: (object, { signal }) => streamS3Object(connection, s3Source(connection, object, signal)),
    async getRange(object, { start, end, signal }) {
      signal.throwIfAborted();
      connection.address(object.key);
      return readRange(s3Source(connection, object, signal), { start, end });
    },
    delete: (key) => deleteS3Object(connection, key),
    async *list(prefix): AsyncGenerator<ListedObject> {
      assertKeyPrefix(prefix);
      yield* listS3Objects(connection, prefix);
    },
    removeAbandoned: (abandoned) => removeAbandonedUploads(connection, abandoned),
  });
}

async function* piecesOf(body: Uint8Array, bytes: number): AsyncGenerator<Uint8Array, void> {
  for (let from = 0; from < body.length; from += bytes) yield body.subarray(from, from + bytes);
}

async function* withFirst(
  first: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  yield* first;
  yield* rest;
}
