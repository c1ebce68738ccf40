import { describe, expect, test } from "vitest";
import { parseInline, parseMarkdown } from "./markdown-parse.ts";

describe("parseMarkdown", () => {
  test("reads headings, paragraphs, lists and code", () => {
    const text = "# Orders\nOne row for each\norder.\n\n- first\n- second\n1. one\n\n```ts\nconst a = 1;\n```\nend";
    expect(parseMarkdown(text)).toEqual([
      { kind: "heading", text: "Orders" },
      { kind: "paragraph", text: "One row for each order." },
      { kind: "list", ordered: false, items: ["first", "second", "one"] },
      { kind: "code", text: "const a = 1;" },
      { kind: "paragraph", text: "end" },
    ]);
    expect(parseMarkdown("Late:\n| city | late |\n| --- | ---: |\n| a \\| b | 3 |\n| c\n\n| no rule |\nend")).toEqual([
      { kind: "paragraph", text: "Late:" },
      {
        kind: "table",
        head: ["city", "late"],
        rows: [
          ["a | b", "3"],
          ["c", ""],
        ],
      },
      { kind: "paragraph", text: "| no rule | end" },
    ]);
    expect(parseMarkdown("- an item that\n  goes on\nand on\n- another\n\nend")).toEqual([
      { kind: "list", ordered: false, items: ["an item that goes on and on", "another"] },
      { kind: "paragraph", text: "end" },
    ]);
    expect(parseMarkdown("```\nnever closed")).toEqual([{ kind: "code", text: "never closed" }]);
  });
});

describe("parseInline", () => {
  test("reads code, strong, emphasised text and links", () => {
    expect(parseInline("`a*b` is **big** and *new*, see [docs](https://example.org/x).")).toEqual([
      { kind: "code", text: "a*b" },
      { kind: "text", text: " is " },
      { kind: "strong", text: "big" },
      { kind: "text", text: " and " },
      { kind: "emphasis", text: "new" },
      { kind: "text", text: ", see " },
      { kind: "link", text: "docs", href: "https://example.org/x" },
      { kind: "text", text: "." },
    ]);
  });

  test.each(["[x](javascript:alert(1))", "[x](data:text/html,x)", "snake_case_name", "2 * 3 * 4", "<b>raw</b>"])(
    "leaves %s as text",
    (text) => {
      expect(
        parseInline(text)
          .map((part) => part.kind === "text" && part.text)
          .join(""),
      ).toBe(text);
    },
  );
});
