import type { RunDetail } from "@heddle/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { Button } from "../../ui/button.tsx";
import { Modal } from "../../ui/modal.tsx";
import { announce, announceFailure } from "../../ui/toasts.tsx";

/** What can be done with a run in its state. */
export function RunActions({ run }: { readonly run: RunDetail }): ReactNode {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const refresh = (): void => void queries.invalidateQueries({ queryKey: trpc.runs.get.queryKey({ runId: run.id }) });
  const cancel = useMutation(
    trpc.runs.cancel.mutationOptions({
      onSuccess: refresh,
      onError: (error) => announceFailure("The run could not be canceled", error),
    }),
  );
  const pause = useMutation(
    trpc.runs.pause.mutationOptions({
      onSuccess: refresh,
      onError: (error) => announceFailure("The run could not be paused", error),
    }),
  );
  const resume = useMutation(
    trpc.runs.resume.mutationOptions({
      onSuccess: refresh,
      onError: (error) => announceFailure("The run could not be resumed", error),
    }),
  );
  const retry = useMutation(
    trpc.runs.retry.mutationOptions({
      onSuccess: ({ runId, created }) => {
        announce(created ? `Run ${runId} makes the failed steps again` : `Run ${runId} makes them again already`);
        void navigate({ to: "/runs/$runId", params: { runId: String(runId) } });
      },
      onError: (error) => announceFailure("The failed steps could not be retried", error),
    }),
  );
  const busy = cancel.isPending || pause.isPending || resume.isPending || retry.isPending;
  const retriable = run.counts.failed + run.counts.skipped;
  const over = run.endedAt !== null;
  const again = (): void => retry.mutate({ runId: run.id, only: "failed" });
  useHotkeys("Run", over && retriable > 0 ? [{ keys: "Shift+R", does: "Retry failed steps", run: again }] : []);
  return (
    <>
      {over && retriable > 0 && (
        <Button kind="solid" icon="retry" disabled={busy} onClick={again}>
          Retry {formatCount(retriable)} failed and skipped
        </Button>
      )}
      {run.status === "running" && (
        <Button icon="pause" disabled={busy} onClick={() => pause.mutate({ runId: run.id })}>
          Pause
        </Button>
      )}
      {run.status === "paused" && (
        <Button kind="solid" icon="play" disabled={busy} onClick={() => resume.mutate({ runId: run.id })}>
          Resume
        </Button>
      )}
      {!over && run.status !== "canceling" && (
        <Button kind="danger" icon="stop" disabled={busy} onClick={() => setAsking(true)}>
          Cancel run
        </Button>
      )}
      <ConfirmCancel
        run={run}
        open={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          cancel.mutate({ runId: run.id });
        }}
      />
    </>
  );
}

interface ConfirmCancelProps {
  readonly run: RunDetail;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

function ConfirmCancel({ run, open, onClose, onConfirm }: ConfirmCancelProps): ReactNode {
  const { counts } = run;
  const left = counts.waiting + counts.ready + counts.backoff;
  return (
    <Modal title={`Cancel run ${run.id}?`} open={open} onClose={onClose}>
      <div className="flex flex-col gap-4 p-4">
        <p>
          {formatCounted(left, "step")} will not begin, and {formatCounted(counts.running, "running step")} will be told
          to stop. What is made already stays.
        </p>
        <div className="flex justify-end gap-2">
          <Button kind="ghost" onClick={onClose}>
            Keep it running
          </Button>
          <Button kind="danger" icon="stop" onClick={onConfirm}>
            Cancel run {run.id}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
