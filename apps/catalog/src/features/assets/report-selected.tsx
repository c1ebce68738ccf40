import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { describeFailure } from "../../data/api-failure.ts";
import { client } from "../../data/trpc.ts";
import { formatCounted } from "../../format/amounts.ts";
import { AuthorFields, authorInput, useAuthor } from "../../ui/author-fields.tsx";
import { DialogActions } from "../../ui/dialog-actions.tsx";
import { Field } from "../../ui/field.tsx";
import { Modal } from "../../ui/modal.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { announce } from "../../ui/toasts.tsx";

interface ReportSelectedProps {
  /** The assets, all of which Heddle makes. */
  readonly assets: readonly { readonly key: string; readonly isPartitioned: boolean }[];
  readonly onClose: () => void;
}

/** Most assets that are reported one after the other. */
const MAX_ASSETS = 200;

/** An asset that could not be reported. */
interface Refused {
  readonly key: string;
  readonly message: string;
}

/** Records by hand that several assets were made elsewhere: a run for each. Those that are refused stay listed. */
export function ReportSelected({ assets, onClose }: ReportSelectedProps): ReactNode {
  const queries = useQueryClient();
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const [text, setText] = useState("last 1");
  const [author, setAuthor] = useAuthor();
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const report = useMutation({
    mutationFn: async () => {
      const { reason, actor } = authorInput(author);
      const words = text.trim();
      const failures: Refused[] = [];
      // One after the other: each is planned alone with all launches.
      for (const [i, { key, isPartitioned }] of assets.entries()) {
        try {
          await client.assets.report.mutate({
            key,
            partitions: isPartitioned && words !== "all" ? { kind: "text", text: words } : { kind: "all" },
            metadata: {},
            ...(reason !== undefined && { note: reason }),
            ...(actor !== undefined && { actor }),
            idempotencyKey: `${idempotencyKey} ${i}`,
          });
        } catch (error) {
          failures.push({ key, message: describeFailure(error).message });
        }
      }
      return failures;
    },
    onSuccess: (failures) => {
      const done = assets.length - failures.length;
      if (done > 0) announce(`${formatCounted(done, "asset")} reported`);
      setRefused(failures);
      if (failures.length === 0) onClose();
    },
    onSettled: () => void queries.invalidateQueries(),
  });
  const tooMany = assets.length > MAX_ASSETS;
  const partitioned = assets.filter(({ isPartitioned }) => isPartitioned).length;
  return (
    <Modal title={`Report ${formatCounted(assets.length, "asset")}`} open onClose={onClose} width="w-[560px]">
      <form
        className="flex flex-col gap-4 overflow-y-auto p-4"
        onSubmit={(event) => {
          event.preventDefault();
          report.mutate();
        }}
      >
        <p className="text-muted">
          Records that they were made elsewhere than by steps, with the code that is in force: a run for each asset.
          What is stored of them stays what consumers read; what reads them becomes stale.
        </p>
        {partitioned > 0 && (
          <Field
            title={`Partitions of each of ${formatCounted(partitioned, "asset")} that ${partitioned === 1 ? "has" : "have"} some`}
          >
            <TextField
              label="Partitions"
              placeholder="2026-01-01..2026-02-01, last 7, all"
              value={text}
              maxLength={2_000}
              onChange={(event) => setText(event.target.value)}
            />
          </Field>
        )}
        <AuthorFields author={author} onAuthor={setAuthor} />
        {tooMany && <p className="text-failed-ink">At most {MAX_ASSETS} assets can be reported at once.</p>}
        {refused.length > 0 && (
          <section aria-label="Not reported" className="flex flex-col gap-1">
            <h3 className="font-medium">{formatCounted(refused.length, "asset was", "assets were")} not reported</h3>
            <ul className="flex max-h-40 flex-col gap-1 overflow-y-auto text-sm" tabIndex={0}>
              {refused.map(({ key, message }) => (
                <li key={key} className="break-words">
                  <span className="font-medium">{key}</span>: <bdi className="text-muted">{message}</bdi>
                </li>
              ))}
            </ul>
          </section>
        )}
        <DialogActions onLeave={onClose} disabled={report.isPending || tooMany || text.trim() === ""}>
          Report {formatCounted(assets.length, "asset")}
        </DialogActions>
      </form>
    </Modal>
  );
}
