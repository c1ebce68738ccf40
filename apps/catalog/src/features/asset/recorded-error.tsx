import type { RecordedError } from "@heddle/api";
import type { ReactNode } from "react";
import { StackText } from "../runs/source-text.tsx";

/** Raised by the machinery because of what a check found: its stack says nothing about why. */
const CHECK_FAILED = "STEP_CHECK_FAILED";

/** An error of user code or of the machinery, with its stack in terms of the source files and what caused it. */
export function RecordedErrorView({
  error,
  open = false,
}: {
  readonly error: RecordedError;
  readonly open?: boolean;
}): ReactNode {
  return (
    <div className="min-w-0">
      <p className="font-medium break-words whitespace-pre-wrap">{error.message}</p>
      {error.hint !== null && <p className="text-muted">{error.hint}</p>}
      {error.code !== null && <p className="font-mono text-2xs text-muted">{error.code}</p>}
      {(error.stack !== null || error.cause !== null) && (
        <details open={open && error.code !== CHECK_FAILED} className="mt-1">
          <summary className="text-xs text-muted">Stack</summary>
          <pre
            tabIndex={0}
            className="mt-1 max-h-72 overflow-auto rounded-md border border-line bg-canvas px-3 py-2 font-mono text-xs leading-5"
          >
            <StackText stack={stackOf(error)} />
          </pre>
        </details>
      )}
    </div>
  );
}

/** More causes than this are not followed. */
const MAX_CAUSES = 8;

function stackOf(error: RecordedError): string {
  const parts: string[] = [];
  for (
    let current: RecordedError | null = error;
    current !== null && parts.length < MAX_CAUSES;
    current = current.cause
  ) {
    parts.push(current.stack ?? `${current.name ?? "Error"}: ${current.message}`);
  }
  return parts.join("\n\ncaused by ");
}
