import type { CodeSourceText } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { formatCount } from "../../../format/amounts.ts";
import { Button } from "../../../ui/button.tsx";
import { highlight } from "./highlight.ts";

/** Lines around the declaration before somebody asks for the rest. */
const AROUND = 4;

interface SourceViewProps {
  readonly label: string;
  readonly text: CodeSourceText;
}

/** The lines of a file around a declaration, which is marked. */
export function SourceView({ label, text }: SourceViewProps): ReactNode {
  const [whole, setWhole] = useState(false);
  const { lines, firstLine, declaration, form } = text;
  const from = whole ? 0 : Math.max(0, declaration.start - firstLine - AROUND);
  const to = whole ? lines.length : Math.min(lines.length, declaration.end - firstLine + 1 + AROUND);
  const shown = lines.slice(from, to);
  const code = shown.join("\n");
  const query = useQuery({ queryKey: ["highlight", code], queryFn: () => highlight(code), staleTime: Infinity });
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {form === "bundled" && (
        <p className="rounded-md bg-stale-soft px-3 py-1.5 text-xs">
          This version was stored without its source. These are the lines of its bundle: without types and comments.
        </p>
      )}
      <div
        tabIndex={0}
        role="region"
        aria-label={label}
        className="max-h-[70vh] overflow-auto rounded-md border border-line bg-surface py-2 font-mono text-xs leading-5"
      >
        <pre className="w-max min-w-full">
          {shown.map((line, at) => {
            const number = firstLine + from + at;
            const isOwn = number >= declaration.start && number <= declaration.end;
            return (
              <div key={number} className={`flex pr-4 ${isOwn ? "bg-accent-soft" : ""}`}>
                <span aria-hidden className="w-12 shrink-0 pr-4 text-right text-muted select-none">
                  {form === "source" ? number : ""}
                </span>
                <code>
                  {query.data?.[at]?.map((token, i) => (
                    <span key={i} style={{ color: token.color }}>
                      {token.content}
                    </span>
                  )) ?? line}
                  {line === "" && " "}
                </code>
              </div>
            );
          })}
        </pre>
      </div>
      {(whole || shown.length < lines.length) && (
        <p className="flex items-center gap-3 text-xs text-muted">
          <Button kind="ghost" onClick={() => setWhole(!whole)}>
            {whole ? "Show the declaration alone" : `Show the file (${formatCount(lines.length)} lines)`}
          </Button>
          {whole && lines.length < text.total && `${formatCount(lines.length)} of ${formatCount(text.total)} lines`}
        </p>
      )}
    </div>
  );
}
