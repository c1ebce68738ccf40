import type { ReactNode } from "react";
import { describeFailure } from "../data/api-failure.ts";
import { endSentence } from "../format/sentences.ts";
import { GlyphIcon } from "../status/status-mark.tsx";
import { Button } from "./button.tsx";

interface FailurePanelProps {
  /** What could not be done, as in "The runs could not be read". */
  readonly title: string;
  readonly error: unknown;
  readonly onRetry?: () => void;
  /** Where to go on from where nothing of that name is, such as a link to the list: asking again would change nothing. */
  readonly elsewhere?: ReactNode;
}

/** A failed call in place of what it should have brought; the rest of the page stays. */
export function FailurePanel({ title, error, onRetry, elsewhere }: FailurePanelProps): ReactNode {
  const failure = describeFailure(error);
  const isUnknown = elsewhere !== undefined && failure.code.endsWith("_UNKNOWN");
  return (
    <div role="alert" className="flex items-start gap-3 rounded-md border border-failed/50 bg-failed-soft px-3 py-2.5">
      <span className="mt-1 text-failed-ink">
        <GlyphIcon glyph="cross" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title}</p>
        <p className="text-muted">{endSentence(failure.message)}</p>
        {failure.hint !== null && <p className="text-muted">{endSentence(failure.hint)}</p>}
        {isUnknown && <p className="mt-1">{elsewhere}</p>}
        <p className="mt-1 font-mono text-2xs text-muted">
          {failure.code}
          {failure.correlationId !== null && ` · ${failure.correlationId}`}
        </p>
      </div>
      {onRetry !== undefined && !isUnknown && (
        <Button icon="retry" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
