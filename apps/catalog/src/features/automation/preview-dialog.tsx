import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCounted } from "../../format/amounts.ts";
import { Button } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Modal } from "../../ui/modal.tsx";
import { Sentence } from "../../ui/sentence.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

/** The button that asks what all conditions would request at this instant; nothing is launched. */
export function PreviewButton(): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon="play" onClick={() => setOpen(true)}>
        What if now?
      </Button>
      {open && <PreviewDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function PreviewDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const query = useQuery(trpc.automation.preview.queryOptions({}, { staleTime: 0, gcTime: 0 }));
  const requests = query.data?.requests ?? [];
  return (
    <Modal title="What would conditions request now?" open onClose={onClose} width="w-[640px]">
      <div className="flex min-h-0 flex-col gap-3 overflow-y-auto p-4">
        {query.isPending && <Skeleton label="Evaluating every condition" lines={4} />}
        {query.isError && (
          <FailurePanel title="They could not be evaluated" error={query.error} onRetry={() => void query.refetch()} />
        )}
        {query.data !== undefined && (
          <p className="text-muted">
            {formatCounted(query.data.evaluated, "condition")} evaluated; nothing has been launched.
          </p>
        )}
        {query.isSuccess && requests.length === 0 && <p>Nothing: everything is as its condition wants it.</p>}
        {requests.length > 0 && (
          <ul aria-label="What would be requested" className="rounded-md border border-line">
            {requests.map(({ asset, check, text, count, sentences }) => (
              <li key={`${asset.id} ${check ?? ""}`} className="border-b border-line px-3 py-2 last:border-b-0">
                <div className="flex items-baseline gap-3">
                  <span className="truncate font-medium">
                    {asset.key}
                    {check !== null && ` · ${check}`}
                  </span>
                  <span className="ml-auto text-xs whitespace-nowrap text-muted">
                    {text === "" ? "" : `${formatCounted(count, "partition")}: ${text}`}
                  </span>
                </div>
                {sentences.map((parts, i) => (
                  <p key={i} className="text-muted">
                    <Sentence parts={parts} />
                  </p>
                ))}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Modal>
  );
}
