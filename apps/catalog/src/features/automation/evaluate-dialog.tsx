import type { TickEvaluation } from "@heddle/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { client } from "../../data/trpc.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Modal } from "../../ui/modal.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { announce, announceFailure } from "../../ui/toasts.tsx";
import { RecordedErrorView } from "../asset/recorded-error.tsx";
import { TickLog } from "./tick-history.tsx";
import { TICK_LOOK } from "./tick-look.ts";

interface EvaluateProps {
  readonly kind: "schedule" | "sensor";
  readonly name: string;
}

/** The button that asks what a schedule or a sensor would do now, and can then let it do that. */
export function EvaluateButton(props: EvaluateProps): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon="play" onClick={() => setOpen(true)}>
        What would it do now?
      </Button>
      {open && <EvaluateDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function EvaluateDialog({ kind, name, onClose }: EvaluateProps & { readonly onClose: () => void }): ReactNode {
  const queries = useQueryClient();
  const [requestId] = useState(randomId);
  const procedures = kind === "schedule" ? client.schedules : client.sensors;
  const dry = useQuery({
    queryKey: ["evaluate", kind, name, requestId],
    // Asked once for each opening: the same request waits for the same answer.
    queryFn: () => procedures.evaluate.mutate({ name, dryRun: true, requestId }),
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
  });
  const tick = useMutation({
    mutationFn: () => procedures.evaluate.mutate({ name, dryRun: false, requestId: randomId() }),
    onSuccess: (done) => {
      announce(`${name} has ticked`, sayOutcome(done));
      onClose();
    },
    onError: (error) => announceFailure(`${name} could not tick`, error),
    onSettled: () => void queries.invalidateQueries({ queryKey: [[`${kind}s`]] }),
  });
  const nothing = dry.data !== undefined && dry.data.outcome !== "requested";
  return (
    <Modal title={`What would ${name} do now?`} open onClose={onClose} width="w-[640px]">
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto p-4">
        {dry.isPending && <Skeleton label="Asking the daemon" lines={4} />}
        {dry.isError && (
          <FailurePanel title="It could not be asked" error={dry.error} onRetry={() => void dry.refetch()} />
        )}
        {dry.data !== undefined && <EvaluationView evaluation={dry.data} />}
      </div>
      <div className="flex items-center justify-end gap-2 border-t border-line px-4 py-3">
        <span className="mr-auto text-xs text-muted">Nothing has been launched.</span>
        <Button kind="ghost" onClick={onClose}>
          Close
        </Button>
        <Button
          kind="solid"
          icon="play"
          disabled={dry.data === undefined || tick.isPending}
          onClick={() => tick.mutate()}
        >
          {nothing ? "Tick now all the same" : "Tick now"}
        </Button>
      </div>
    </Modal>
  );
}

function sayOutcome({ outcome, runIds, reason, error }: TickEvaluation): string {
  if (outcome === "requested") return runIds.map((id) => `run ${id}`).join(", ");
  return error?.message ?? reason ?? outcome;
}

/** What an evaluation asks for. */
function EvaluationView({ evaluation }: { readonly evaluation: TickEvaluation }): ReactNode {
  const { outcome, reason, error, requests, requestCount, cursor, durationMs } = evaluation;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <StatusMark look={TICK_LOOK[outcome]} />
        {outcome === "requested" && <span>{formatCounted(requestCount, "run")} would be requested</span>}
        {reason !== null && <span className="text-muted">{reason}</span>}
        {durationMs !== null && <span className="ml-auto text-xs text-muted">took {formatDuration(durationMs)}</span>}
      </div>
      {error !== null && <RecordedErrorView error={error} open />}
      {requests.length > 0 && <Requests requests={requests} count={requestCount} />}
      {cursor !== null && (
        <p>
          The cursor would move to <code className="font-mono text-xs break-all">{cursor}</code>
        </p>
      )}
      <Keys title="Keys that would be added" changes={evaluation.addPartitions} />
      <Keys title="Keys that would be removed" changes={evaluation.removePartitions} />
      <TickLog log={evaluation.log} />
    </>
  );
}

function Requests({
  requests,
  count,
}: {
  readonly requests: TickEvaluation["requests"];
  readonly count: number;
}): ReactNode {
  return (
    <ul aria-label="Runs that would be requested" className="rounded-md border border-line">
      {requests.map(({ runKey, assets, assetCount, total, warnings, reason, tags }, i) => (
        <li key={i} className="flex flex-col gap-1 border-b border-line px-3 py-2 last:border-b-0">
          <div className="flex items-baseline gap-3">
            <span className="font-medium">{reason === null ? formatCounted(total, "step") : "no run"}</span>
            {runKey !== null && <span className="truncate text-xs text-muted">run key {runKey}</span>}
            <span className="ml-auto truncate text-xs text-muted">
              {Object.entries(tags)
                .map(([key, value]) => `${key}=${value}`)
                .join(" ")}
            </span>
          </div>
          {reason !== null && <p className="text-muted">{reason}</p>}
          {assets.map(({ key, partitions, checks = [] }) => (
            <div key={key} className="flex gap-3">
              <span className="truncate">{[key, ...checks].join(" · ")}</span>
              <span className="ml-auto text-muted">{partitions}</span>
            </div>
          ))}
          {assetCount > assets.length && (
            <span className="text-muted">and {formatCounted(assetCount - assets.length, "more asset")}</span>
          )}
          {warnings.map((warning) => (
            <p key={warning} className="text-stale-ink">
              {warning}
            </p>
          ))}
        </li>
      ))}
      {count > requests.length && (
        <li className="px-3 py-2 text-muted">and {formatCount(count - requests.length)} more</li>
      )}
    </ul>
  );
}

function Keys({
  title,
  changes,
}: {
  readonly title: string;
  readonly changes: TickEvaluation["addPartitions"];
}): ReactNode {
  if (changes.length === 0) return null;
  return (
    <div>
      <h3 className="label mb-1">{title}</h3>
      {changes.map(({ definition, keys }) => (
        <p key={definition}>
          {definition}: <span className="text-muted">{keys.slice(0, 20).join(", ")}</span>
          {keys.length > 20 && ` and ${formatCount(keys.length - 20)} more`}
        </p>
      ))}
    </div>
  );
}

/** A UUID; `crypto.randomUUID` is there on secure addresses alone. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
