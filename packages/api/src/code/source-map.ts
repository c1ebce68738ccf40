/** A source map as far as it is needed to find the lines of a file again. */
export interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
  readonly mappings: string;
}

const MARK = "//# sourceMappingURL=data:application/json;base64,";

/** The source map at the end of a bundle; `null` when there is none that can be read. */
export function readInlineMap(code: string): SourceMap | null {
  const at = code.lastIndexOf(MARK);
  if (at === -1) return null;
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(code.slice(at + MARK.length).trim(), "base64").toString("utf8"));
  } catch {
    return null; // Something else ends like this: then there is no source to show.
  }
  return isSourceMap(read) ? read : null;
}

function isSourceMap(read: unknown): read is SourceMap {
  if (typeof read !== "object" || read === null) return false;
  const { sources, mappings } = read as { sources?: unknown; mappings?: unknown };
  return Array.isArray(sources) && typeof mappings === "string";
}

/** The place of a file among the sources: names in a bundle are relative to it, and the file is relative to the project. */
export function findSource({ sources }: SourceMap, file: string): number {
  return sources.findIndex((source) => source === file || nameInProject(source) === file);
}

/** The texts of all files by their name in the project; `null` where the map holds none. */
export function textsOf({ sources, sourcesContent }: SourceMap): ReadonlyMap<string, string> | null {
  const texts = sources.flatMap((source, place) => {
    const text = sourcesContent?.[place];
    return typeof text === "string" ? [[nameInProject(source), text] as const] : [];
  });
  return texts.length === 0 ? null : new Map(texts);
}

function nameInProject(source: string): string {
  return source.replace(/^(?:\.\.\/)+/u, "");
}

/** A line of the bundle, and the line of the source that it comes from; both from 0. */
export interface MappedLine {
  readonly generated: number;
  readonly original: number;
}

/** The lines of a bundle that come from one source, each once, in their order. */
export function linesOf(map: SourceMap, source: number): readonly MappedLine[] {
  const lines: MappedLine[] = [];
  const place = { source: 0, line: 0 };
  for (const [generated, text] of map.mappings.split(";").entries()) {
    let found: number | null = null;
    for (const segment of text === "" ? [] : text.split(",")) {
      const [, sourceBy, lineBy] = decode(segment);
      if (sourceBy === undefined || lineBy === undefined) continue;
      place.source += sourceBy;
      place.line += lineBy;
      if (place.source === source) found ??= place.line;
    }
    if (found !== null) lines.push({ generated, original: found });
  }
  return lines;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 VLQ: five bits a digit, the lowest of a number is its sign. */
function decode(segment: string): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & 31) * 2 ** shift;
    shift += 5;
    if ((bits & 32) !== 0) continue;
    numbers.push(value % 2 === 1 ? -Math.floor(value / 2) : value / 2);
    [value, shift] = [0, 0];
  }
  return numbers;
}
