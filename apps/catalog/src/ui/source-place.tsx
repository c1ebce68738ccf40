import type { ReactNode } from "react";

interface SourcePlaceProps {
  readonly file: string;
  readonly line: number | null;
}

/** A place in somebody's source: `src/definitions.ts:12`. */
export function SourcePlace({ file, line }: SourcePlaceProps): ReactNode {
  return (
    <code className="font-mono text-xs">
      {file}
      {line !== null && `:${line}`}
    </code>
  );
}
