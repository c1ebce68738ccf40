import type { ReactNode } from "react";
import { copyText } from "../../ui/copy.ts";
import { splitSources } from "./log-lines.ts";

/** A text in which places in source files can be copied. */
export function SourceText({ text }: { readonly text: string }): ReactNode {
  return splitSources(text).map((part, i) =>
    part.kind === "text" ? (
      part.text
    ) : (
      <button
        key={i}
        type="button"
        title={`Copy ${part.path}`}
        onClick={() => void copyText(part.path, "Place in the source")}
        className="text-left break-all underline decoration-dotted underline-offset-3 hover:text-ink"
      >
        {part.text}
      </button>
    ),
  );
}

/** A frame of Node or of a library: hardly ever where the fault is. */
const FOREIGN = /^\s+at .*(?:\bnode:|\/node_modules\/)/u;

/** A stack trace; what is not the project's own stands back. */
export function StackText({ stack }: { readonly stack: string }): ReactNode {
  const lines = stack.split("\n");
  return lines.map((line, i) => (
    <span key={i} className={FOREIGN.test(line) ? "text-muted" : ""}>
      <SourceText text={line} />
      {i < lines.length - 1 && "\n"}
    </span>
  ));
}
