import type { RunDetail } from "@heddle/api";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { useKeptFocus } from "../../ui/kept-focus.ts";
import { PopoverButton } from "../../ui/popover-button.tsx";
import { CancelDialog } from "./cancel-dialog.tsx";
import { RunLimits } from "./run-limits.tsx";
import { type Retry, retriesOf } from "./run-retries.ts";
import { type RunChanges, useRunChanges } from "./use-run-changes.ts";

const RerunDialog = lazy(async () => ({ default: (await import("./rerun-dialog.tsx")).RerunDialog }));

const TRIGGER =
  "inline-flex h-7 items-center gap-1.5 rounded-md border border-line-strong px-2.5 font-medium whitespace-nowrap hover:bg-hover active:bg-pressed";

/** What can be done with a run in its state. */
export function RunActions({ run }: { readonly run: RunDetail }): ReactNode {
  const changes = useRunChanges(run);
  const [asking, setAsking] = useState<"nothing" | "cancel" | "force">("nothing");
  const { status } = run;
  const isOpen = run.endedAt === null;
  const close = (): void => setAsking("nothing");
  const kept = useKeptFocus();
  return (
    <div
      {...kept}
      role="group"
      aria-label="What can be done with this run"
      // All that is left of the line, so that it stays where it is while its buttons come and go; the mark of the focus is
      // around these.
      className="flex min-w-fit flex-1 justify-end gap-2 focus-visible:outline-none focus-visible:*:outline-2 focus-visible:*:outline-offset-1 focus-visible:*:outline-accent"
    >
      {!isOpen && <Retries run={run} changes={changes} />}
      {isOpen && status !== "canceling" && (
        <PopoverButton
          trigger={
            <>
              Limits <Icon name="chevronDown" size={12} />
            </>
          }
          className={TRIGGER}
          title="Limits of this run"
          width="w-72"
        >
          {(shut) => <RunLimits run={run} changes={changes} onDone={shut} />}
        </PopoverButton>
      )}
      {(status === "running" || status === "queued") && (
        <Button icon="pause" disabled={changes.busy} onClick={changes.pause}>
          Pause
        </Button>
      )}
      {status === "paused" && (
        <Button kind="solid" icon="play" disabled={changes.busy} onClick={changes.resume}>
          Resume
        </Button>
      )}
      {isOpen && status !== "canceling" && (
        <Button kind="danger" icon="stop" disabled={changes.busy} onClick={() => setAsking("cancel")}>
          Cancel run
        </Button>
      )}
      {status === "canceling" && run.letsFinish && (
        <Button kind="danger" icon="stop" disabled={changes.busy} onClick={() => changes.cancel()}>
          Stop what runs
        </Button>
      )}
      {status === "canceling" && !run.letsFinish && (
        <Button kind="danger" icon="stop" disabled={changes.busy} onClick={() => setAsking("force")}>
          End by force
        </Button>
      )}
      <CancelDialog
        run={run}
        force={asking === "force"}
        open={asking !== "nothing"}
        onClose={close}
        onConfirm={(how) => {
          close();
          changes.cancel(how);
        }}
      />
    </div>
  );
}

interface RetriesProps {
  readonly run: RunDetail;
  readonly changes: RunChanges;
}

/** The likeliest way to go on as a button, the others in a menu beside it. */
function Retries({ run, changes }: RetriesProps): ReactNode {
  const [rerunning, setRerunning] = useState(false);
  const isCodeOther = run.progress.some(({ codeChanged }) => codeChanged);
  const title = isCodeOther ? "By the code in force, which has changed since this run" : undefined;
  const [first, ...others] = retriesOf(run);
  const start = ({ only }: Retry): void => (only === "all" ? setRerunning(true) : changes.retry(only));
  useHotkeys("Run", first === undefined ? [] : [{ keys: "Shift+R", does: first.label, run: () => start(first) }]);
  if (first === undefined) return null;
  return (
    <>
      <Button
        kind={first.only === "all" ? "outline" : "solid"}
        icon={first.only === "unfinished" ? "play" : "retry"}
        disabled={changes.busy}
        title={title}
        onClick={() => start(first)}
      >
        {first.label}
      </Button>
      {others.length > 0 && (
        <PopoverButton
          trigger={<Icon name="chevronDown" size={12} />}
          label="Other ways to run it again"
          className={`${TRIGGER} px-2`}
          title="Run again"
          width="w-72"
        >
          {(shut) => (
            <ul className="-mx-2 mt-2 -mb-2 flex flex-col">
              {title !== undefined && <li className="px-2.5 pb-1 text-muted">{title}.</li>}
              {others.map((retry) => (
                <li key={retry.only}>
                  <Button
                    kind="ghost"
                    className="w-full justify-start"
                    disabled={changes.busy}
                    onClick={() => {
                      shut();
                      start(retry);
                    }}
                  >
                    {retry.label}
                  </Button>
                </li>
              ))}
            </ul>
          )}
        </PopoverButton>
      )}
      {rerunning && (
        <Suspense>
          <RerunDialog run={run} changes={changes} onClose={() => setRerunning(false)} />
        </Suspense>
      )}
    </>
  );
}
