/** One block of a description. */
export type Block =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "table"; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly string[] };

/** One piece of running text. */
export type Inline =
  | { readonly kind: "text" | "code" | "strong" | "emphasis"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string };

const FENCE = /^\s*```/u;
const HEADING = /^#{1,6}\s+(.*)$/u;
const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/u;

/** The only addresses that a link may lead to. */
const OPENABLE = /^(?:https?:|mailto:)/iu;

/** The line below the head of a table. */
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/u;

/** Cuts Markdown into blocks: headings, paragraphs, lists, tables and fenced code, the parts that descriptions use. */
export function parseMarkdown(text: string): Block[] {
  const lines = text.split(/\r?\n/u);
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length;) {
    const [block, next] = readBlock(lines, at);
    if (block !== null) blocks.push(block);
    at = next;
  }
  return blocks;
}

function readBlock(lines: readonly string[], at: number): readonly [Block | null, number] {
  const line = lines[at] ?? "";
  if (line.trim() === "") return [null, at + 1];
  if (FENCE.test(line)) {
    const end = lines.findIndex((own, i) => i > at && FENCE.test(own));
    const stop = end < 0 ? lines.length : end;
    return [{ kind: "code", text: lines.slice(at + 1, stop).join("\n") }, stop + 1];
  }
  const heading = HEADING.exec(line);
  if (heading !== null) return [{ kind: "heading", text: heading[1] ?? "" }, at + 1];
  if (isTableAt(lines, at)) return readTable(lines, at);
  const isItem = ITEM.test(line);
  const end = lines.findIndex(
    (own, i) =>
      i > at &&
      // A line that begins no item goes on with the one before it.
      (own.trim() === "" || FENCE.test(own) || HEADING.test(own) || (!isItem && ITEM.test(own)) || isTableAt(lines, i)),
  );
  const stop = end < 0 ? lines.length : end;
  const own = lines.slice(at, stop);
  if (!isItem) return [{ kind: "paragraph", text: own.map((part) => part.trim()).join(" ") }, stop];
  return [{ kind: "list", ordered: ITEM.exec(line)?.[1] !== undefined, items: itemsOf(own) }, stop];
}

function itemsOf(lines: readonly string[]): string[] {
  const items: string[] = [];
  for (const line of lines) {
    const text = ITEM.exec(line)?.[2];
    if (text === undefined) items.push(`${items.pop() ?? ""} ${line.trim()}`);
    else items.push(text);
  }
  return items;
}

function isTableAt(lines: readonly string[], at: number): boolean {
  return (lines[at] ?? "").includes("|") && (lines[at + 1] ?? "").includes("|") && TABLE_RULE.test(lines[at + 1] ?? "");
}

function readTable(lines: readonly string[], at: number): readonly [Block, number] {
  const end = lines.findIndex((own, i) => i > at + 1 && !own.includes("|"));
  const stop = end < 0 ? lines.length : end;
  const head = cellsOf(lines[at] ?? "");
  const rows = lines.slice(at + 2, stop).map((line) => {
    const cells = cellsOf(line);
    return head.map((_, i) => cells[i] ?? "");
  });
  return [{ kind: "table", head, rows }, stop];
}

function cellsOf(line: string): string[] {
  return line
    .trim()
    .replace(/^\|/u, "")
    .replace(/(?<!\\)\|$/u, "")
    .split(/(?<!\\)\|/u)
    .map((cell) => cell.trim().replaceAll(String.raw`\|`, "|"));
}

const INLINE =
  /`(?<code>[^`]+)`|\*\*(?<strong>[^*]+)\*\*|(?<![\p{L}\p{N}_*])[*_](?=\S)(?<emphasis>[^*_]+)(?<=\S)[*_](?![\p{L}\p{N}_*])|\[(?<text>[^\]]+)\]\((?<href>[^)\s]+)\)/gu;

/** Cuts running text into code, strong, emphasised, linked and plain pieces. */
export function parseInline(text: string): Inline[] {
  const parts: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) parts.push({ kind: "text", text: text.slice(at, match.index) });
    parts.push(inlineOf(match));
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ kind: "text", text: text.slice(at) });
  return parts;
}

function inlineOf(match: RegExpExecArray): Inline {
  const { code, strong, emphasis, text, href } = match.groups ?? {};
  if (code !== undefined) return { kind: "code", text: code };
  if (strong !== undefined) return { kind: "strong", text: strong };
  if (emphasis !== undefined) return { kind: "emphasis", text: emphasis };
  if (text !== undefined && href !== undefined && OPENABLE.test(href)) return { kind: "link", text, href };
  return { kind: "text", text: match[0] };
}
