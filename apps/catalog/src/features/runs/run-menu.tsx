import type { RunSummary } from "@heddle/api";
import { type ReactNode, useState } from "react";
import { formatCounted } from "../../format/amounts.ts";
import { Button } from "../../ui/button.tsx";
import { retriesOf } from "./run-retries.ts";
import { useRunChanges } from "./use-run-changes.ts";

/** One entry of the menu. */
interface Action {
  readonly label: string;
  readonly run: () => void;
  /** What it does, for what should not be done by a slip; asked before it is done. */
  readonly warning?: string;
}

interface RunMenuProps {
  readonly run: RunSummary;
  readonly onDone: () => void;
}

/** What can be done with a run of a list in its state. */
export function RunMenu({ run, onDone }: RunMenuProps): ReactNode {
  const changes = useRunChanges(run);
  const [asked, setAsked] = useState<Action | null>(null);
  const start = (action: Action): void => {
    action.run();
    onDone();
  };
  if (asked !== null) {
    return (
      <div className="mt-2 flex flex-col gap-3">
        <p className="text-muted">{asked.warning}</p>
        <div className="flex justify-end gap-2">
          <Button kind="ghost" onClick={() => setAsked(null)}>
            Leave it
          </Button>
          <Button kind="danger" disabled={changes.busy} onClick={() => start(asked)}>
            {asked.label}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <ul className="-mx-2 mt-2 -mb-2 flex flex-col">
      {actionsOf(run, changes).map((action) => (
        <li key={action.label}>
          <Button
            kind="ghost"
            className="w-full justify-start"
            disabled={changes.busy}
            onClick={() => (action.warning === undefined ? start(action) : setAsked(action))}
          >
            {action.label}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function actionsOf(run: RunSummary, changes: ReturnType<typeof useRunChanges>): Action[] {
  const { id, status, counts, total } = run;
  const left = counts.waiting + counts.ready + counts.backoff;
  switch (status) {
    case "queued":
    case "running":
    case "paused":
      return [
        status === "paused" ? { label: "Resume", run: changes.resume } : { label: "Pause", run: changes.pause },
        {
          label: `Cancel run ${id}`,
          run: () => changes.cancel(),
          warning: `${formatCounted(left, "step")} will not begin, and ${formatCounted(counts.running, "running step")} will be told to stop.`,
        },
        ...(counts.running === 0
          ? []
          : [
              {
                label: `Cancel what has not begun`,
                run: () => changes.cancel({ letFinish: true }),
                warning: `${formatCounted(left, "step")} will not begin. What runs finishes and is published.`,
              },
            ]),
      ];
    case "canceling":
      return [
        ...(run.letsFinish ? [{ label: "Stop what runs", run: () => changes.cancel() }] : []),
        {
          label: `End run ${id} by force`,
          run: () => changes.cancel({ force: true }),
          warning: `${formatCounted(counts.running, "running step")} will be ended at once, without the time to clean up.`,
        },
      ];
    default:
      return retriesOf(run).map(({ only, label }) => ({
        label,
        run: () => changes.retry(only),
        ...(only === "all" ? { warning: `A new run makes all ${formatCounted(total, "step")} again.` } : {}),
      }));
  }
}
