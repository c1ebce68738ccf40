import { lazy, type ReactNode, Suspense, useState } from "react";
import { Button, IconButton } from "../../ui/button.tsx";
import type { ChosenChecks, ChosenChecksPartitions } from "./run-checks-dialog.tsx";

const RunChecksDialog = lazy(async () => ({ default: (await import("./run-checks-dialog.tsx")).RunChecksDialog }));

interface RunChecksButtonProps {
  /** What it says, and what its dialog is called. */
  readonly label: string;
  readonly assets: readonly ChosenChecks[];
  readonly partition?: ChosenChecksPartitions | undefined;
  readonly compact?: boolean;
  /** The text of the button, where it is shorter. */
  readonly text?: string;
}

/** Runs checks on what is stored, once its dialog has said what that comes to. */
export function RunChecksButton({ label, assets, partition, compact = false, text }: RunChecksButtonProps): ReactNode {
  const [open, setOpen] = useState(false);
  const show = (): void => setOpen(true);
  return (
    <>
      {compact ? (
        <IconButton icon="play" label={label} onClick={show} />
      ) : (
        <Button icon="play" aria-label={label} onClick={show}>
          {text ?? label}
        </Button>
      )}
      {open && (
        <Suspense>
          <RunChecksDialog
            title={label}
            assets={assets}
            {...(partition !== undefined && { partition })}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
