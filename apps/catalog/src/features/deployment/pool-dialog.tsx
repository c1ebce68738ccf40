import type { Pool } from "@heddle/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { client } from "../../data/trpc.ts";
import { Button } from "../../ui/button.tsx";
import { Modal } from "../../ui/modal.tsx";
import { NumberField } from "../../ui/number-field.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { announce, announceFailure } from "../../ui/toasts.tsx";

const MAX_SLOTS = 1_000_000;

/** Sets the slots of a pool, or lets what is declared hold again. The reason is kept in the audit log. */
export function PoolDialog({ pool, onClose }: { readonly pool: Pool; readonly onClose: () => void }): ReactNode {
  const { name, declaredSlots, isSet } = pool;
  const [slots, setSlots] = useState<number | undefined>(pool.slots);
  const [reason, setReason] = useState("");
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (wanted: number | null) =>
      client.pools.set.mutate({ name, slots: wanted, ...(reason.trim() !== "" && { reason: reason.trim() }) }),
    onSuccess: (answer) => {
      void queries.invalidateQueries({ queryKey: [["pools"]] });
      announce(answer.pool === null ? `${name} is no limit any more` : `${name} has ${answer.pool.slots} slots`);
      onClose();
    },
    onError: (error) => announceFailure(`The slots of ${name} could not be set`, error),
  });
  return (
    <Modal title={`Slots of ${name}`} open onClose={onClose}>
      <form
        className="flex flex-col gap-4 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (slots !== undefined) change.mutate(slots);
        }}
      >
        <NumberField label="Slots" value={slots} min={0} max={MAX_SLOTS} placeholder="0 holds it" onChange={setSlots} />
        <TextField label="Reason (kept in the audit log)" value={reason} onChange={(e) => setReason(e.target.value)} />
        <p className="text-sm text-muted">
          {declaredSlots === null ? "The code does not declare this pool." : `The code declares ${declaredSlots}.`} With
          0 none of its steps begins; steps that run go on.
        </p>
        <div className="flex justify-end gap-2">
          {isSet && declaredSlots !== null && (
            <Button kind="ghost" disabled={change.isPending} onClick={() => change.mutate(null)}>
              As declared
            </Button>
          )}
          <Button kind="ghost" onClick={onClose}>
            Leave as it is
          </Button>
          <Button kind="solid" type="submit" disabled={slots === undefined || change.isPending}>
            Set slots
          </Button>
        </div>
      </form>
    </Modal>
  );
}
