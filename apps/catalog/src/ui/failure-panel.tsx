import type { ReactNode } from "react";
import { describeFailure } from "../data/api-failure.ts";
import { GlyphIcon } from "../status/status-mark.tsx";
import { Button } from "./button.tsx";

interface FailurePanelProps {
  /** What could not be done, as in "The runs could not be read". */
  readonly title: string;
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** A failed call in place of what it should have brought; the rest of the page stays. */
export function FailurePanel({ title, error, onRetry }: FailurePanelProps): ReactNode {
  const failure = describeFailure(error);
  return (
    <div role="alert" className="flex items-start gap-3 rounded-md border border-failed/50 bg-failed-soft px-3 py-2.5">
      <span className="mt-1 text-failed-ink">
        <GlyphIcon glyph="cross" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title}</p>
        <p className="text-muted">
          {failure.message} {failure.hint}
        </p>
        <p className="mt-1 font-mono text-2xs text-muted">
          {failure.code}
          {failure.correlationId !== null && ` · ${failure.correlationId}`}
        </p>
      </div>
      {onRetry !== undefined && (
        <Button icon="retry" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
