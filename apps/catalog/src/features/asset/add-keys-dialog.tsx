import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useMemo, useState } from "react";
import { invalidatePartitions } from "../../data/invalidation.ts";
import { trpc } from "../../data/trpc.ts";
import { formatCounted } from "../../format/amounts.ts";
import { Button } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Modal } from "../../ui/modal.tsx";
import { announce } from "../../ui/toasts.tsx";
import { type KeyProblem, readKeyLines } from "./key-lines.ts";

/** Most keys in one call. */
const MAX_KEYS = 10_000;

interface AddKeysDialogProps {
  readonly definition: string;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Adds keys to a dynamic definition, one a line: as many as somebody pastes. */
export function AddKeysDialog({ definition, open, onClose }: AddKeysDialogProps): ReactNode {
  const [text, setText] = useState("");
  const read = useMemo(() => readKeyLines(text), [text]);
  const id = useId();
  const queries = useQueryClient();
  const close = (): void => {
    setText("");
    add.reset();
    onClose();
  };
  const add = useMutation(
    trpc.partitions.add.mutationOptions({
      onSuccess: ({ changed }) => {
        invalidatePartitions(queries);
        const known = read.keys.length - changed;
        announce(
          `${formatCounted(changed, "key")} added to ${definition}`,
          known === 0 ? undefined : `${formatCounted(known, "key was", "keys were")} there already.`,
        );
        close();
      },
    }),
  );
  const tooMany = read.keys.length > MAX_KEYS;
  const ready = read.keys.length > 0 && read.problems.length === 0 && !tooMany;
  return (
    <Modal title={`Add keys to ${definition}`} open={open} onClose={close} width="w-[560px]">
      <form
        className="flex min-h-0 flex-col gap-3 overflow-y-auto p-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) add.mutate({ definition, keys: [...read.keys] });
        }}
      >
        <label htmlFor={id} className="text-muted">
          One key a line. A key that was removed comes back with its history.
        </label>
        <textarea
          id={id}
          value={text}
          rows={8}
          spellCheck={false}
          aria-invalid={read.problems.length > 0}
          aria-describedby={`${id}-help`}
          onChange={(event) => setText(event.target.value)}
          className="block w-full resize-y rounded-md border border-line-strong bg-canvas px-2 py-1 font-mono text-xs leading-5 focus-visible:border-accent focus-visible:outline focus-visible:outline-1 focus-visible:outline-accent"
        />
        <div id={`${id}-help`} role="status" className="min-h-4 text-xs text-muted">
          {formatCounted(read.keys.length, "key")}
          {read.repeated > 0 && `, ${formatCounted(read.repeated, "line repeats one", "lines repeat one")}`}
          {tooMany && (
            <span className="text-failed-ink">, {formatCounted(MAX_KEYS, "key is", "keys are")} the most at once</span>
          )}
        </div>
        <Problems problems={read.problems} />
        {add.isError && <FailurePanel title="No key was added" error={add.error} />}
        <div className="flex justify-end gap-2">
          <Button kind="ghost" onClick={close}>
            Cancel
          </Button>
          <Button kind="solid" type="submit" icon="plus" disabled={!ready || add.isPending}>
            Add {formatCounted(read.keys.length, "key")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** Problems that are listed at once. */
const LISTED = 8;

function Problems({ problems }: { readonly problems: readonly KeyProblem[] }): ReactNode {
  if (problems.length === 0) return null;
  return (
    <ul
      aria-label="Lines that are no keys"
      className="rounded-md border border-failed/50 bg-failed-soft px-3 py-2 text-xs"
    >
      {problems.slice(0, LISTED).map(({ line, text, reason }) => (
        <li key={line} className="break-words">
          <span className="font-medium">line {line}</span>{" "}
          <code className="font-mono">{JSON.stringify(text.slice(0, 60))}</code>: {reason}
        </li>
      ))}
      {problems.length > LISTED && <li>and {formatCounted(problems.length - LISTED, "more line", "more lines")}</li>}
    </ul>
  );
}
