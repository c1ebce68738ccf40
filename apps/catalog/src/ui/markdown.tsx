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
    case "paragraph":
      return (
        <p>
          <InlineText text={block.text} />
        </p>
      );
  }
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
