import { requireAsset } from "@heddle/engine/planning";
import { findAssetVersion, getCodeVersion, type AssetVersion } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { CodeSource, CodeSourceText } from "../contract.ts";
import type { CodeSourceInput } from "../inputs/asset-changes.ts";
import { findDeclarationEnd } from "./declaration-end.ts";
import { openBundle, type OpenBundle } from "./open-bundle.ts";
import { findSource, linesOf } from "./source-map.ts";

/** Longest part of a file that is told, around the declaration. */
const MAX_LINES = 1_500;
const LINES_BEFORE = 300;
const MAX_LINE_LENGTH = 2_000;

/**
 * Answers `code.source`: the file that declares an asset, as it was when its code was loaded. It is read from the bundle that
 * is stored with the version, so that nothing of the project's directory is read, and nothing of the project runs.
 * @throws ASSET_UNKNOWN
 */
export async function readCodeSource(state: ApiState, { key, version }: CodeSourceInput): Promise<CodeSource> {
  const found = await state.db.read("code.source", async (tx) => {
    requireAsset(await state.definitions.index(tx), key);
    return findAssetVersion(tx, { key, codeVersionId: version });
  });
  if (found === undefined) return { kind: "unknown" };
  const code = await getCodeVersion(state.db, found.codeVersionId);
  const place = {
    version: found.codeVersionId,
    hash: found.hash,
    createdAt: found.createdAt.getTime(),
    current: found.isCurrent,
    file: found.definition.source?.file ?? null,
    line: found.definition.source?.line ?? null,
    codeVersion: found.definition.codeVersion,
  };
  return { kind: "found", ...place, text: code === undefined ? null : await readText(found, code.bundle) };
}

async function readText({ definition }: AssetVersion, bundle: Uint8Array): Promise<CodeSourceText | null> {
  const { source } = definition;
  if (source === null) return null;
  const open = await openBundle(bundle);
  const place = open === null ? -1 : findSource(open.map, source.file);
  if (open === null || place === -1) return null;
  const original = open.map.sourcesContent?.[place];
  if (typeof original === "string") return cut(original.split("\n"), source.line - 1, "source");
  return bundled(open, { place, line: source.line - 1 });
}

/** Versions from before sources were stored with their bundles: what the bundle holds of the file. */
function bundled(
  { code, map }: OpenBundle,
  { place, line }: { readonly place: number; readonly line: number },
): CodeSourceText | null {
  const mapped = linesOf(map, place);
  const first = mapped[0]?.generated;
  const last = mapped.at(-1)?.generated;
  if (first === undefined || last === undefined) return null;
  const lines = code.split("\n").slice(first, last + 1);
  const start = mapped.find(({ original }) => original >= line)?.generated ?? first;
  return cut(lines, start - first, "bundled");
}

function cut(lines: readonly string[], start: number, form: CodeSourceText["form"]): CodeSourceText | null {
  if (start >= lines.length) return null;
  const end = findDeclarationEnd(lines, start);
  const from = lines.length <= MAX_LINES ? 0 : Math.max(0, start - LINES_BEFORE);
  const shown = lines.slice(from, from + MAX_LINES);
  return {
    form,
    // Numbers of a bundle's lines say nothing.
    firstLine: from + 1,
    declaration: { start: start + 1, end: Math.min(end, from + MAX_LINES - 1) + 1 },
    lines: shown.map((line) => (line.length > MAX_LINE_LENGTH ? `${line.slice(0, MAX_LINE_LENGTH)}…` : line)),
    total: lines.length,
  };
}
