import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { readInlineMap, type SourceMap } from "./source-map.ts";

/** Longest bundle that is unpacked to look into it. */
const MAX_BUNDLE_BYTES = 64 * 1024 * 1024;

const unpack = promisify(gunzip);

/** The code of a bundle and where it comes from. */
export interface OpenBundle {
  readonly code: string;
  readonly map: SourceMap;
}

/** Unpacks a bundle as it is stored, without running it; `null` for one that is too long, no bundle, or has no source map. */
export async function openBundle(bundle: Uint8Array): Promise<OpenBundle | null> {
  let code: string;
  try {
    code = (await unpack(bundle, { maxOutputLength: MAX_BUNDLE_BYTES })).toString("utf8");
  } catch {
    return null; // Too long to be looked into, or not stored as bundles are.
  }
  const map = readInlineMap(code);
  return map === null ? null : { code, map };
}
