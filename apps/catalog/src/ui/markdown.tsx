import { Fragment, type ReactNode } from "react";
import { parseInline, parseMarkdown, type Block, type Inline } from "./markdown-parse.ts";

/** Markdown as people write it in descriptions. HTML in it is shown as text. */
export function Markdown({ text }: { readonly text: string }): ReactNode {
  return (
    <div className="flex flex-col gap-2 leading-5 break-words">
      {parseMarkdown(text).map((block, i) => (
        <BlockView key={i} block={block} />
      ))}
    </div>
  );
}

function BlockView({ block }: { readonly block: Block }): ReactNode {
  switch (block.kind) {
    case "heading":
      return (
        <p className="font-semibold">
          <InlineText text={block.text} />
        </p>
      );
    case "code":
      return (
        <pre
          tabIndex={0}
          className="overflow-x-auto rounded-md border border-line bg-surface px-3 py-2 font-mono text-xs leading-5"
        >
          {block.text}
        </pre>
      );
    case "list": {
      const List = block.ordered ? "ol" : "ul";
      return (
        <List className={`pl-5 ${block.ordered ? "list-decimal" : "list-disc"}`}>
          {block.items.map((item, i) => (
            <li key={i}>
              <InlineText text={item} />
            </li>
          ))}
        </List>
      );
    }
    case "table":
      return <TableView head={block.head} rows={block.rows} />;
    case "paragraph":
      return (
        <p>
          <InlineText text={block.text} />
        </p>
      );
  }
}

const NUMBER = /^[-+]?[\d.,]+ ?%?$/u;

function TableView({ head, rows }: Omit<Extract<Block, { readonly kind: "table" }>, "kind">): ReactNode {
  const align = head.map((_, i) => (rows.every((row) => NUMBER.test(row[i] ?? "")) ? "text-right" : "text-left"));
  return (
    <div tabIndex={0} role="region" aria-label="Table" className="overflow-x-auto rounded-md border border-line">
      <table className="w-full text-xs">
        <thead>
          <tr className="border-b border-line">
            {head.map((cell, i) => (
              <th key={i} className={`px-2 py-1 font-medium text-muted ${align[i] ?? ""}`}>
                <InlineText text={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            <tr key={r} className="border-line not-last:border-b">
              {row.map((cell, i) => (
                <td key={i} className={`px-2 py-1 ${align[i] ?? ""}`}>
                  <InlineText text={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function InlineText({ text }: { readonly text: string }): ReactNode {
  return parseInline(text).map((part, i) => (
    <Fragment key={i}>
      <InlinePart part={part} />
    </Fragment>
  ));
}

function InlinePart({ part }: { readonly part: Inline }): ReactNode {
  switch (part.kind) {
    case "code":
      return <code className="rounded-sm bg-hover px-1 py-px font-mono text-xs">{part.text}</code>;
    case "strong":
      return <strong className="font-semibold">{part.text}</strong>;
    case "emphasis":
      return <em>{part.text}</em>;
    case "link":
      return (
        <a href={part.href} rel="noreferrer noopener" target="_blank" className="link underline underline-offset-3">
          {part.text}
        </a>
      );
    case "text":
      return part.text;
  }
}
