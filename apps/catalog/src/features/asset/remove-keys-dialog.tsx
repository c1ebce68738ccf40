import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { invalidatePartitions } from "../../data/invalidation.ts";
import { trpc } from "../../data/trpc.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { Button } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Modal } from "../../ui/modal.tsx";
import { announce } from "../../ui/toasts.tsx";

/** Keys that are named; the others are counted. */
const NAMED = 10;

interface RemoveKeysDialogProps {
  readonly definition: string;
  readonly keys: readonly string[];
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}

/** Asks before keys are removed from a dynamic definition, and says what that does. */
export function RemoveKeysDialog({ definition, keys, open, onClose, onRemoved }: RemoveKeysDialogProps): ReactNode {
  const queries = useQueryClient();
  const close = (): void => {
    remove.reset();
    onClose();
  };
  const remove = useMutation(
    trpc.partitions.remove.mutationOptions({
      onSuccess: ({ changed }) => {
        invalidatePartitions(queries);
        announce(`${formatCounted(changed, "key")} removed from ${definition}`);
        onRemoved();
        close();
      },
    }),
  );
  return (
    <Modal title={`Remove ${formatCounted(keys.length, "key")} of ${definition}?`} open={open} onClose={close}>
      <div className="flex flex-col gap-4 overflow-y-auto p-4">
        <p>
          These partitions are not made any more, by any asset that is cut by {definition}. What was made of them stays
          in the history, and adding a key again brings it back.
        </p>
        <ul className="text-muted">
          {keys.slice(0, NAMED).map((key) => (
            <li key={key} className="truncate">
              {key}
            </li>
          ))}
          {keys.length > NAMED && <li>and {formatCount(keys.length - NAMED)} more</li>}
        </ul>
        {remove.isError && <FailurePanel title="No key was removed" error={remove.error} />}
        <div className="flex justify-end gap-2">
          <Button kind="ghost" onClick={close}>
            Keep {keys.length === 1 ? "it" : "them"}
          </Button>
          <Button
            kind="danger"
            disabled={remove.isPending || keys.length === 0}
            onClick={() => remove.mutate({ definition, keys: [...keys] })}
          >
            Remove {formatCounted(keys.length, "key")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
