import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { HeddleError } from "@heddle/core";
import type { Context, MiddlewareHandler } from "hono";
import { acceptsGzip } from "./accepts-gzip.ts";

const CONTENT_TYPES: { readonly [extension: string]: string } = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** A file name that holds a hash of the content, as the bundler writes it: `index-B1x9_dQa.js`. */
const HASHED_NAME = /-[\w-]{8,}\.\w+$/;
const YEAR_S = 31_536_000;
const INDEX = "/index.html";

/** Shorter files gain nothing by compression. */
const COMPRESSED_FROM_BYTES = 1_024;
const COMPRESSIBLE = /^text\/|^application\/(?:json|manifest)|^image\/svg/;

interface CatalogFile {
  readonly path: string;
  readonly contentType: string;
  readonly etag: string;
  readonly cacheControl: string;
  /** Whether its name changes with its content: it is then read and compressed once. */
  readonly isImmutable: boolean;
}

/** What is sent of a file. */
interface FileContent {
  readonly plain: Uint8Array<ArrayBuffer>;
  /** `null` where compression gains nothing. */
  readonly gzipped: Uint8Array<ArrayBuffer> | null;
}

/** The built catalog: its files, and the hashes of the inline scripts that the security policy must allow. */
export interface StaticCatalog {
  readonly scriptHashes: readonly string[];
  readonly middleware: MiddlewareHandler;
}

/**
 * Reads the list of a built catalog's files. Requests are looked up in that list and never joined to a path, so nothing
 * outside the directory can be reached.
 *
 * @throws CONFIG_CATALOG_MISSING when the directory holds no `index.html`
 */
export async function openStaticCatalog(directory: string): Promise<StaticCatalog> {
  const files = await listFiles(directory);
  const index = files.get(INDEX);
  if (index === undefined) {
    throw new HeddleError("CONFIG_CATALOG_MISSING", `there is no built catalog in ${directory}`, {
      hint: "Build it with `pnpm --filter @heddle/catalog build`.",
      details: { directory },
    });
  }
  const contents = new Contents();
  return {
    scriptHashes: inlineScriptHashes(await readFile(index.path, "utf8")),
    middleware: async (context, next) => {
      if (context.req.method !== "GET" && context.req.method !== "HEAD") return next();
      const file = files.get(context.req.path === "/" ? INDEX : context.req.path);
      if (file !== undefined) return serve(context, file, contents);
      // A page of the single-page application: only for a person who opens or reloads it, never for a lost file.
      if (context.req.header("accept")?.includes("text/html") === true) return serve(context, index, contents);
      return next();
    },
  };
}

async function serve(context: Context, file: CatalogFile, contents: Contents): Promise<Response> {
  const headers = { etag: file.etag, "cache-control": file.cacheControl };
  if (context.req.header("if-none-match") === file.etag) return context.body(null, 304, headers);
  const typed = { ...headers, "content-type": file.contentType };
  const { plain, gzipped } = await contents.of(file);
  if (gzipped === null) return context.body(plain, 200, typed);
  const varied = { ...typed, vary: "accept-encoding" };
  if (!acceptsGzip(context)) return context.body(plain, 200, varied);
  return context.body(gzipped, 200, { ...varied, "content-encoding": "gzip" });
}

const compressed = promisify(gzip);

/** What files hold. A page is some thirty of them: each is read and compressed once and not for everybody who opens it. */
class Contents {
  readonly #known = new Map<string, Promise<FileContent>>();

  of(file: CatalogFile): Promise<FileContent> {
    if (!file.isImmutable) return readContent(file);
    const known = this.#known.get(file.path);
    if (known !== undefined) return known;
    const read = readContent(file);
    this.#known.set(file.path, read);
    // What could not be read is tried again.
    read.catch(() => this.#known.delete(file.path));
    return read;
  }
}

async function readContent({ path, contentType }: CatalogFile): Promise<FileContent> {
  const plain = new Uint8Array(await readFile(path));
  const isWorthIt = plain.byteLength >= COMPRESSED_FROM_BYTES && COMPRESSIBLE.test(contentType);
  return { plain, gzipped: isWorthIt ? new Uint8Array(await compressed(plain, { level: 9 })) : null };
}

async function listFiles(directory: string): Promise<Map<string, CatalogFile>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new HeddleError("CONFIG_CATALOG_MISSING", `the catalog's directory ${directory} cannot be read`, { cause });
  });
  const files = new Map<string, CatalogFile>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const { size, mtimeMs } = await stat(path);
    const isImmutable = HASHED_NAME.test(entry.name);
    files.set(`/${relative(directory, path).split(sep).join("/")}`, {
      path,
      contentType: CONTENT_TYPES[extname(entry.name)] ?? "application/octet-stream",
      etag: `W/"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`,
      cacheControl: isImmutable ? `public, max-age=${YEAR_S}, immutable` : "no-cache",
      isImmutable,
    });
  }
  return files;
}

/** Hashes, as a security policy names them, of the scripts that stand in the page itself. */
function inlineScriptHashes(html: string): string[] {
  const scripts = html.matchAll(/<script(?<attributes>[^>]*)>(?<body>[\s\S]*?)<\/script>/gi);
  return [...scripts]
    .filter((script) => !/\ssrc\s*=/i.test(script.groups?.["attributes"] ?? ""))
    .map(
      (script) =>
        `sha256-${createHash("sha256")
          .update(script.groups?.["body"] ?? "")
          .digest("base64")}`,
    );
}
