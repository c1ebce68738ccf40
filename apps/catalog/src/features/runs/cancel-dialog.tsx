import type { RunSummary } from "@heddle/api";
import type { ReactNode } from "react";
import { formatCounted } from "../../format/amounts.ts";
import { Button } from "../../ui/button.tsx";
import { Modal } from "../../ui/modal.tsx";

interface CancelDialogProps {
  readonly run: Pick<RunSummary, "id" | "counts">;
  /** The run is being canceled already: this ends what still runs. */
  readonly force: boolean;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onConfirm: (force: boolean) => void;
}

/** Asks before a run is canceled, and says what that does. */
export function CancelDialog({ run, force, open, onClose, onConfirm }: CancelDialogProps): ReactNode {
  const { id, counts } = run;
  const left = counts.waiting + counts.ready + counts.backoff;
  return (
    <Modal title={force ? `End run ${id} by force?` : `Cancel run ${id}?`} open={open} onClose={onClose}>
      <div className="flex flex-col gap-4 p-4">
        {force ? (
          <p>
            {formatCounted(counts.running, "running step")} will be ended at once, without the time to clean up. Nothing
            that they made is published. What is made already stays.
          </p>
        ) : (
          <p>
            {formatCounted(left, "step")} will not begin, and {formatCounted(counts.running, "running step")} will be
            told to stop. What is made already stays, and the rest can be resumed later.
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button kind="ghost" onClick={onClose}>
            {force ? "Let them stop" : "Keep it running"}
          </Button>
          <Button kind="danger" icon="stop" onClick={() => onConfirm(force)}>
            {force ? `End run ${id} now` : `Cancel run ${id}`}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
