import type { ErrorComponentProps } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { checkBuild, useOutdatedBuild } from "../data/build-check.ts";
import { Button } from "../ui/button.tsx";
import { copyText } from "../ui/copy.ts";
import { Page } from "../ui/page.tsx";

/** What is around all pages broke: there is nothing else left on the screen. */
export function WholeErrorPage(props: ErrorComponentProps): ReactNode {
  return (
    <main className="h-full">
      <ErrorPage {...props} />
    </main>
  );
}

/** A page that broke while it was shown; the shell around it stays. */
export function ErrorPage({ error, reset }: ErrorComponentProps): ReactNode {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const isOutdated = useOutdatedBuild();
  // A part that the server does not have any more, or an answer that only another build understands.
  useEffect(() => void checkBuild(), []);
  return (
    <Page title="Error">
      <div role="alert" className="flex max-w-3xl flex-col items-start gap-3 p-6">
        <h1 className="text-lg font-semibold">
          {isOutdated ? "This page is of another version than the server" : "This page broke"}
        </h1>
        <p className="text-muted">
          {isOutdated
            ? "Heddle was updated since it was opened. What runs is not affected, and where you are stays."
            : "That is a fault in Heddle. The other pages work, and what runs is not affected."}
        </p>
        <pre
          tabIndex={0}
          className="max-h-72 w-full overflow-auto rounded-md border border-line bg-surface p-3 font-mono text-xs leading-5"
        >
          {details}
        </pre>
        <div className="flex gap-2">
          {isOutdated && (
            <Button kind="solid" icon="retry" onClick={() => window.location.reload()}>
              Reload
            </Button>
          )}
          <Button icon="retry" onClick={reset}>
            Show it again
          </Button>
          <Button icon="copy" onClick={() => void copyText(details, "Details")}>
            Copy details
          </Button>
        </div>
      </div>
    </Page>
  );
}
