import {
  HeddleError,
  ioManager,
  type InputContext,
  type IoManager,
  type ObjectStore,
  type OutputContext,
  type StoredValue,
} from "@heddle/core";
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, extname } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { openFile } from "./bytes-source.ts";
import { describeValue } from "./describe-value.ts";
import { naming, nameError, soleObject } from "./encoded-io-manager.ts";
import { encodeObjectKey } from "./object-key.ts";
import { previewObject } from "./preview-content.ts";
import { putChunks } from "./put-chunks.ts";

/** What {@link file} takes. */
export interface FileOptions {
  /** @default what follows from the file's extension, else `application/octet-stream` */
  readonly mediaType?: string;
  /** @default the deployment's store */
  readonly store?: ObjectStore;
}

/** A stored file, as consumers get it. Nothing is read before it is asked for, and everything that is read is verified. */
export interface LoadedFile {
  /** The name that it had when it was stored, without its directory. */
  readonly name: string;
  /** Such as `image/png`. */
  readonly mediaType: string;
  /** Its length. */
  readonly size: number;
  /** All of it. */
  bytes(): Promise<Uint8Array>;
  /** One chunk of some MiB after the other. */
  stream(): AsyncIterable<Uint8Array>;
  /**
   * Writes it to a path on this machine, for a program that reads files. The path has all of it or, when that fails,
   * what it had before. Directories on the way are made.
   */
  copyTo(path: string | URL): Promise<void>;
}

/**
 * Stores a file of any length: an asset returns the path of a file that it has written, which is streamed into the
 * store; consumers get a handle to read it, or to copy it to a path of their own. The asset may remove its file when its
 * next step begins.
 *
 * @example
 * asset({ key: "report", io: file(), materialize: async () => await renderPdf("/tmp/report.pdf") });
 * asset({ key: "mail", deps: { report }, materialize: async ({ deps }) => send(deps.report.name, deps.report.stream()) });
 */
export function file(options: FileOptions = {}): IoManager<string | URL, LoadedFile> {
  return ioManager<string | URL, LoadedFile>({
    name: NAME,
    store: options.store,
    write: (path, context) => writeFile(path, options, context),
    load: async (context) => loadedFile(options.store ?? context.store, context),
    previewContent: (context) => previewObject(NAME, context, options.store),
  });
}

const NAME = "file";

async function writeFile(path: unknown, options: FileOptions, context: OutputContext): Promise<StoredValue> {
  const { store = context.store } = options;
  const { signal } = context;
  signal.throwIfAborted();
  const name = await naming(context, () => nameOf(path));
  const extension = extname(name).slice(1).toLowerCase();
  const key = encodeObjectKey(context, /^[a-z0-9]{1,16}$/.test(extension) ? extension : "bin");
  const object = await naming(context, async () => {
    // `nameOf` has seen that it is one.
    const content = await openFile(path as string | URL, signal);
    return putChunks(store, key, { chunks: passOn(content), signal });
  });
  const mediaType = options.mediaType ?? MEDIA_TYPES[extension] ?? "application/octet-stream";
  return { io: NAME, objects: [object], dataVersion: object.sha256, details: { name, mediaType } };
}

function nameOf(path: unknown): string {
  if (typeof path === "string" && path !== "") return basename(path);
  if (path instanceof URL && path.protocol === "file:") return basename(fileURLToPath(path));
  throw new HeddleError("IO_VALUE_NOT_STORABLE", `expected the path of a file, got ${describeValue(path)}`, {
    hint: "Return the path of a file on this machine, as text or as a file: URL.",
  });
}

async function* passOn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield* chunks;
}

function loadedFile(store: ObjectStore, context: InputContext): LoadedFile {
  const { signal, stored } = context;
  const object = soleObject(NAME, context);
  const { name, mediaType } = stored.details ?? {};
  async function* stream(): AsyncGenerator<Uint8Array, void> {
    try {
      yield* store.stream(object, { signal });
    } catch (error) {
      throw nameError(context, error);
    }
  }
  return {
    name: typeof name === "string" ? name : basename(object.key),
    mediaType: typeof mediaType === "string" ? mediaType : "application/octet-stream",
    size: object.bytes,
    bytes: () => naming(context, () => store.get(object, { signal })),
    stream: () => ({ [Symbol.asyncIterator]: stream }),
    copyTo: (path) => copyTo(typeof path === "string" ? path : fileURLToPath(path), stream(), signal),
  };
}

async function copyTo(path: string, content: AsyncGenerator<Uint8Array, void>, signal: AbortSignal): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await pipeline(content, createWriteStream(temporary, { flags: "wx" }), { signal });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Of files that assets often make. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  csv: "text/csv",
  gif: "image/gif",
  gz: "application/gzip",
  html: "text/html",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  json: "application/json",
  jsonl: "application/jsonl",
  md: "text/markdown",
  mp4: "video/mp4",
  parquet: "application/vnd.apache.parquet",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  tar: "application/x-tar",
  tsv: "text/tab-separated-values",
  txt: "text/plain",
  webp: "image/webp",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  xml: "application/xml",
  zip: "application/zip",
  zst: "application/zstd",
};
