import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { client } from "../../data/trpc.ts";
import { AuthorFields, type AuthorInput, authorInput, useAuthor } from "../../ui/author-fields.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { DialogActions } from "../../ui/dialog-actions.tsx";
import { Modal } from "../../ui/modal.tsx";
import { announce, announceFailure } from "../../ui/toasts.tsx";
import type { AutomationRow } from "./automation-rows.ts";

type Switched = Pick<AutomationRow, "kind" | "name" | "to" | "state">;

/** What does not happen while it is off. */
const MEANING: Record<AutomationRow["kind"], string> = {
  schedule: "Ticks that are due until it is on again are not made up for.",
  sensor: "It is not evaluated until it is on again. It keeps its cursor; events of the meantime are passed over.",
  condition:
    "Nothing is requested by it until it is on again. What it would have asked for in the meantime is left out.",
};

/** The button that turns something off or on; asks why. */
export function SwitchButton({
  row,
  compact = false,
}: {
  readonly row: Switched;
  readonly compact?: boolean;
}): ReactNode {
  const [open, setOpen] = useState(false);
  const off = row.state === "off";
  return (
    <>
      {compact ? (
        <IconButton
          icon={off ? "play" : "pause"}
          label={`Turn ${off ? "on" : "off"} ${row.name}`}
          onClick={() => setOpen(true)}
        />
      ) : (
        <Button kind={off ? "solid" : "outline"} icon={off ? "play" : "pause"} onClick={() => setOpen(true)}>
          Turn {off ? "on" : "off"}
        </Button>
      )}
      {open && <SwitchDialog row={row} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Asks why something is turned off or on. */
export function SwitchDialog({ row, onClose }: { readonly row: Switched; readonly onClose: () => void }): ReactNode {
  const [author, setAuthor] = useAuthor();
  const change = useSwitch(row, onClose);
  const off = row.state === "off";
  return (
    <Modal title={`Turn ${off ? "on" : "off"} ${row.name}?`} open onClose={onClose}>
      <form
        className="flex flex-col gap-4 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(authorInput(author));
        }}
      >
        {!off && <p>{MEANING[row.kind]}</p>}
        {off && <p>It goes on from now.</p>}
        <AuthorFields author={author} onAuthor={setAuthor} />
        <DialogActions onLeave={onClose} disabled={change.isPending}>
          Turn {off ? "on" : "off"}
        </DialogActions>
      </form>
    </Modal>
  );
}

function useSwitch(row: Switched, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (author: AuthorInput) => switchIt(row, author),
    onSuccess: () => {
      announce(`${row.name} is ${row.state === "off" ? "on" : "off"}`);
      onDone();
    },
    onError: (error) => announceFailure(`${row.name} could not be switched`, error),
    onSettled: () => {
      for (const path of ["schedules", "sensors", "automation"]) void queries.invalidateQueries({ queryKey: [[path]] });
    },
  });
}

async function switchIt({ to, state }: Switched, author: AuthorInput): Promise<unknown> {
  if (to.kind === "condition") {
    const { assetKey, check } = to;
    return client.automation.set.mutate({ assetKey, on: state === "off", ...(check !== null && { check }), ...author });
  }
  const owner = to.kind === "schedule" ? client.schedules : client.sensors;
  return (state === "off" ? owner.resume : owner.pause).mutate({ name: to.name, ...author });
}
