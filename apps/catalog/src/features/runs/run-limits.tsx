import type { RunDetail } from "@heddle/api";
import { type ReactNode, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { NumberField } from "../../ui/number-field.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { MAX_AT_ONCE, MAX_PRIORITY } from "../launch/launch-search.ts";
import { ORDER_OPTIONS } from "../launch/order-options.ts";
import type { RunChanges } from "./use-run-changes.ts";

interface RunLimitsProps {
  readonly run: Pick<RunDetail, "priority" | "maxConcurrency" | "order">;
  readonly changes: RunChanges;
  readonly onDone: () => void;
}

/** How many steps of a run that is not over may run at once, which of them go first, and before which other runs it goes. */
export function RunLimits({ run, changes, onDone }: RunLimitsProps): ReactNode {
  const [most, setMost] = useState(run.maxConcurrency ?? undefined);
  const [priority, setPriority] = useState<number | undefined>(run.priority);
  const [order, setOrder] = useState(run.order);
  const now = { maxConcurrency: most ?? null, priority: priority ?? 0, order };
  const changed = now.maxConcurrency !== run.maxConcurrency || now.priority !== run.priority || now.order !== run.order;
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
      <div className="flex items-center justify-between gap-3">
        <span className="text-muted">Order</span>
        <Segmented label="Order" value={order} options={ORDER_OPTIONS} onChange={setOrder} />
      </div>
      <p className="text-xs text-muted">Steps that run already are not stopped.</p>
      <Button kind="solid" type="submit" disabled={!changed || changes.busy} className="self-end">
        Change
      </Button>
    </form>
  );
}
