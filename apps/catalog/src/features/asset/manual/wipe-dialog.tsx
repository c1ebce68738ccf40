import type { AssetDetail } from "@heddle/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { trpc } from "../../../data/trpc.ts";
import { formatCount, formatCounted } from "../../../format/amounts.ts";
import { usePartitions } from "../../../partitions/partition-space.ts";
import { AuthorFields, authorInput, useAuthor } from "../../../ui/author-fields.tsx";
import { Button } from "../../../ui/button.tsx";
import { FailurePanel } from "../../../ui/failure-panel.tsx";
import { Modal } from "../../../ui/modal.tsx";
import { announce } from "../../../ui/toasts.tsx";
import { FIELD, PartitionsField, readPartitions } from "./partitions-field.tsx";

interface WipeDialogProps {
  readonly detail: AssetDetail;
  /** Partitions in words that stand in the field when it opens. */
  readonly chosen?: string | undefined;
  readonly onClose: () => void;
}

/** Asks for the key once more before partitions become missing, and says what that does. */
export function WipeDialog({ detail, chosen, onClose }: WipeDialogProps): ReactNode {
  const { key, partitions: spec } = detail.definition;
  const queries = useQueryClient();
  const id = useId();
  const partitions = usePartitions(useQuery(trpc.partitions.status.queryOptions({ key })).data);
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const [text, setText] = useState(chosen ?? "");
  const [typed, setTyped] = useState("");
  const [author, setAuthor] = useAuthor();
  const read = readPartitions(text, partitions);
  const wipe = useMutation(
    trpc.assets.wipe.mutationOptions({
      onSuccess: (done) => {
        announce(
          done.changed ? `${formatCounted(done.partitions, "partition")} of ${key} wiped` : "Nothing of it was there",
        );
        void queries.invalidateQueries();
        onClose();
      },
    }),
  );
  const isReady = typed === key && (spec === null || (text.trim() !== "" && read.problem === null));
  return (
    <Modal title={`Wipe ${key}`} open onClose={onClose} width="w-[560px]">
      <form
        className="flex flex-col gap-4 overflow-y-auto p-4"
        onSubmit={(event) => {
          event.preventDefault();
          wipe.mutate({
            key,
            partitions: spec === null ? { kind: "all" } : { kind: "text", text: text.trim() },
            confirm: typed,
            ...authorInput(author),
            idempotencyKey,
          });
        }}
      >
        <ul className="list-disc pl-5 text-muted">
          <li>
            {spec === null ? "It becomes" : "The partitions become"} missing: what reads {spec === null ? "it" : "them"}{" "}
            finds nothing until {spec === null ? "it is" : "they are"} made again.
          </li>
          <li>The history stays: runs, materializations, metadata, results of checks.</li>
          <li>What is stored is removed later, when no step can be reading it any more.</li>
          {detail.downstream.length > 0 && (
            <li>{formatCounted(detail.downstream.length, "asset")} downstream will miss it when made next.</li>
          )}
        </ul>
        {spec !== null && <PartitionsField text={text} onText={setText} read={read} />}
        <div className="flex min-w-0 flex-col gap-1">
          <label htmlFor={`${id}-key`} className="text-xs text-muted">
            Type <code className="font-mono text-ink">{key}</code> to confirm
          </label>
          <input
            id={`${id}-key`}
            value={typed}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
            className={`${FIELD} font-mono text-xs`}
          />
        </div>
        <AuthorFields author={author} onAuthor={setAuthor} />
        {wipe.isError && <FailurePanel title="Nothing was wiped" error={wipe.error} />}
        <div className="flex justify-end gap-2">
          <Button kind="ghost" onClick={onClose}>
            Keep {spec === null ? "it" : "them"}
          </Button>
          <Button kind="danger" type="submit" disabled={wipe.isPending || !isReady}>
            Wipe{" "}
            {spec === null
              ? "the asset"
              : read.set === null
                ? "partitions"
                : `${formatCount(read.set.size)} partitions`}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
