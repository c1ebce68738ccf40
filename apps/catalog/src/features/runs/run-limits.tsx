import type { RunSummary } from "@heddle/api";
import { type ReactNode, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { NumberField } from "../../ui/number-field.tsx";
import { MAX_AT_ONCE, MAX_PRIORITY } from "../launch/launch-search.ts";
import type { RunChanges } from "./use-run-changes.ts";

interface RunLimitsProps {
  readonly run: Pick<RunSummary, "priority" | "maxConcurrency">;
  readonly changes: RunChanges;
  readonly onDone: () => void;
}

/** How many steps of a run that is not over may run at once, and before which other runs it goes. */
export function RunLimits({ run, changes, onDone }: RunLimitsProps): ReactNode {
  const [most, setMost] = useState(run.maxConcurrency ?? undefined);
  const [priority, setPriority] = useState<number | undefined>(run.priority);
  const now = { maxConcurrency: most ?? null, priority: priority ?? 0 };
  const changed = now.maxConcurrency !== run.maxConcurrency || now.priority !== run.priority;
  return (
    <form
      className="mt-3 flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) changes.setLimits(now);
        onDone();
      }}
    >
      <NumberField
        label="Most steps at once"
        placeholder="no limit"
        value={most}
        min={1}
        max={MAX_AT_ONCE}
        onChange={setMost}
      />
      <NumberField
        label="Priority"
        placeholder="0"
        value={priority}
        min={-MAX_PRIORITY}
        max={MAX_PRIORITY}
        onChange={setPriority}
      />
      <p className="text-xs text-muted">Steps that run already are not stopped.</p>
      <Button kind="solid" type="submit" disabled={!changed || changes.busy} className="self-end">
        Change
      </Button>
    </form>
  );
}
