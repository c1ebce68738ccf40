import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { client } from "../../data/trpc.ts";
import { formatCounted } from "../../format/amounts.ts";
import { AuthorFields, authorInput, useAuthor } from "../../ui/author-fields.tsx";
import { DialogActions } from "../../ui/dialog-actions.tsx";
import { Modal } from "../../ui/modal.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { announce, announceFailure } from "../../ui/toasts.tsx";

interface AutomationBulkProps {
  /** The assets, as a selection. */
  readonly selection: string;
  readonly count: number;
  readonly onClose: () => void;
}

const CHOICES = [
  { value: "off", label: "Pause" },
  { value: "on", label: "Resume" },
] as const;

/** Switches the conditions of several assets off or on, and says why. */
export function AutomationBulk({ selection, count, onClose }: AutomationBulkProps): ReactNode {
  const [choice, setChoice] = useState<"off" | "on">("off");
  const [author, setAuthor] = useAuthor();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: () => client.automation.setAll.mutate({ selection, on: choice === "on", ...authorInput(author) }),
    onSuccess: ({ state, changed, unchanged, withoutCondition }) => {
      const rest = [
        unchanged > 0 && `${formatCounted(unchanged, "was", "were")} so already`,
        withoutCondition > 0 && `${formatCounted(withoutCondition, "has", "have")} no condition`,
      ].filter((part) => part !== false);
      announce(
        `The automation of ${formatCounted(changed, "asset")} is ${state}`,
        rest.length === 0 ? undefined : `${rest.join(", ")}.`,
      );
      onClose();
    },
    onError: (error) => announceFailure("The automation could not be switched", error),
    onSettled: () => void queries.invalidateQueries({ queryKey: [["automation"]] }),
  });
  return (
    <Modal title={`Automation of ${formatCounted(count, "asset")}`} open onClose={onClose}>
      <form
        className="flex flex-col gap-4 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Segmented label="Automation" value={choice} options={CHOICES} onChange={setChoice} />
        <p className="text-muted">
          {choice === "off"
            ? "Their conditions request nothing until they are on again. What they would have asked for in the meantime is left out. Schedules and sensors that name these assets go on."
            : "Their conditions go on from now."}
        </p>
        <AuthorFields author={author} onAuthor={setAuthor} />
        <DialogActions onLeave={onClose} disabled={change.isPending}>
          {choice === "off" ? "Pause" : "Resume"} {formatCounted(count, "asset")}
        </DialogActions>
      </form>
    </Modal>
  );
}
