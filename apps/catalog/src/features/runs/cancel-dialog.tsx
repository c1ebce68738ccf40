import type { RunSummary } from "@heddle/api";
import { type ReactNode, useState } from "react";
import { formatCounted } from "../../format/amounts.ts";
import { Button } from "../../ui/button.tsx";
import { Modal } from "../../ui/modal.tsx";

/** How a run is canceled. */
export interface CancelChoice {
  readonly force: boolean;
  readonly letFinish: boolean;
}

interface CancelDialogProps {
  readonly run: Pick<RunSummary, "id" | "counts">;
  /** The run is being canceled already: this ends what still runs. */
  readonly force: boolean;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onConfirm: (choice: CancelChoice) => void;
}

/** Asks before a run is canceled, and says what that does. */
export function CancelDialog({ run, force, open, onClose, onConfirm }: CancelDialogProps): ReactNode {
  const { id, counts } = run;
  const [letFinish, setLetFinish] = useState(false);
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
          <>
            <p>
              {formatCounted(left, "step")} will not begin. What is made already stays, and the rest can be resumed
              later.
            </p>
            <fieldset className="flex flex-col gap-2">
              <legend className="mb-1.5 font-medium">{formatCounted(counts.running, "running step")}</legend>
              <Choice
                name="Stop"
                text="told to stop; nothing that they made is published"
                checked={!letFinish}
                onChoose={() => setLetFinish(false)}
              />
              <Choice
                name="Let finish"
                text="published as in any run; one that fails is not tried again"
                checked={letFinish}
                onChoose={() => setLetFinish(true)}
              />
            </fieldset>
          </>
        )}
        <div className="flex justify-end gap-2">
          <Button kind="ghost" onClick={onClose}>
            {force ? "Let them stop" : "Keep it running"}
          </Button>
          <Button kind="danger" icon="stop" onClick={() => onConfirm({ force, letFinish: letFinish && !force })}>
            {force ? `End run ${id} now` : `Cancel run ${id}`}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly text: string;
  readonly checked: boolean;
  readonly onChoose: () => void;
}

function Choice({ name, text, checked, onChoose }: ChoiceProps): ReactNode {
  return (
    <label className="flex items-baseline gap-2">
      <input type="radio" name="running-steps" checked={checked} onChange={onChoose} className="accent-accent" />
      <span>
        {name} <span className="text-muted">{text}</span>
      </span>
    </label>
  );
}
