import type { AssetDetail } from "@heddle/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { trpc } from "../../../data/trpc.ts";
import { formatCounted } from "../../../format/amounts.ts";
import { usePartitions } from "../../../partitions/partition-space.ts";
import { AuthorFields, authorInput, useAuthor } from "../../../ui/author-fields.tsx";
import { Button } from "../../../ui/button.tsx";
import { FailurePanel } from "../../../ui/failure-panel.tsx";
import { Modal } from "../../../ui/modal.tsx";
import { announce } from "../../../ui/toasts.tsx";
import { FIELD, PartitionsField, readPartitions } from "./partitions-field.tsx";
import { readMetadataText } from "./read-metadata-text.ts";

interface ReportDialogProps {
  readonly detail: AssetDetail;
  /** Partitions in words that stand in the field when it opens. */
  readonly chosen?: string | undefined;
  readonly onClose: () => void;
}

/** Records by hand that an asset was made elsewhere. */
export function ReportDialog({ detail, chosen, onClose }: ReportDialogProps): ReactNode {
  const { key, partitions: spec } = detail.definition;
  const queries = useQueryClient();
  const id = useId();
  const partitions = usePartitions(useQuery(trpc.partitions.status.queryOptions({ key })).data);
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const [text, setText] = useState(chosen ?? "last 1");
  const [dataVersion, setDataVersion] = useState("");
  const [metadataText, setMetadataText] = useState("");
  const [author, setAuthor] = useAuthor();
  const read = readPartitions(text, partitions);
  const metadata = readMetadataText(metadataText);
  const report = useMutation(
    trpc.assets.report.mutationOptions({
      onSuccess: (done) => {
        announce(`${formatCounted(done.partitions, "partition")} of ${key} reported, as run ${done.runId}`);
        void queries.invalidateQueries();
        onClose();
      },
    }),
  );
  const submit = (): void => {
    const { reason, actor } = authorInput(author);
    report.mutate({
      key,
      partitions: spec === null ? { kind: "all" } : { kind: "text", text: text.trim() },
      metadata: metadata.entries,
      ...(dataVersion.trim() !== "" && { dataVersion: dataVersion.trim() }),
      ...(reason !== undefined && { note: reason }),
      ...(actor !== undefined && { actor }),
      idempotencyKey,
    });
  };
  const isReady = (spec === null || read.problem === null) && metadata.problem === null;
  return (
    <Modal title={`Report ${key}`} open onClose={onClose} width="w-[560px]">
      <form
        className="flex flex-col gap-4 overflow-y-auto p-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p className="text-muted">
          Records that it was made elsewhere than by a step, with the code that is in force. It is up to date then. What
          is stored of it stays what consumers read.
        </p>
        {spec !== null && <PartitionsField text={text} onText={setText} read={read} />}
        <div className="flex min-w-0 flex-col gap-1">
          <label htmlFor={`${id}-version`} className="text-xs text-muted">
            Data version (may be left out)
          </label>
          <input
            id={`${id}-version`}
            value={dataVersion}
            maxLength={200}
            autoComplete="off"
            aria-describedby={`${id}-version-hint`}
            onChange={(event) => setDataVersion(event.target.value)}
            className={FIELD}
          />
          <p id={`${id}-version-hint`} className="text-xs text-muted">
            With the version that it had, what reads it stays up to date; with another or none it becomes stale.
          </p>
        </div>
        <div className="flex min-w-0 flex-col gap-1">
          <label htmlFor={`${id}-metadata`} className="text-xs text-muted">
            Metadata, a line each: name: value (may be left out)
          </label>
          <textarea
            id={`${id}-metadata`}
            value={metadataText}
            rows={3}
            spellCheck={false}
            placeholder={"rows: 41\nsource: archive"}
            aria-invalid={metadata.problem !== null}
            onChange={(event) => setMetadataText(event.target.value)}
            className={`${FIELD} h-auto py-1 font-mono text-xs leading-5`}
          />
          {metadata.problem !== null && (
            <p role="status" className="text-xs text-failed-ink">
              {metadata.problem}
            </p>
          )}
        </div>
        <AuthorFields author={author} onAuthor={setAuthor} />
        {report.isError && <FailurePanel title="Nothing was reported" error={report.error} />}
        <div className="flex justify-end gap-2">
          <Button kind="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="solid" type="submit" disabled={report.isPending || !isReady}>
            Report {read.set === null || spec === null ? "materialization" : formatCounted(read.set.size, "partition")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
