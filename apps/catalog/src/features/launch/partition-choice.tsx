import { isHeddleError, PartitionSet } from "@heddle/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, type Ref, useEffect, useEffectEvent, useId, useMemo, useState } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCounted } from "../../format/amounts.ts";
import { partitionText, type Partitions, usePartitions } from "../../partitions/partition-space.ts";
import { PartitionStrip } from "../../partitions/partition-strip.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { announceProblem } from "../../ui/toasts.tsx";

/** What a text of partitions comes to. */
export type PartitionsRead =
  | { readonly kind: "reading" }
  | { readonly kind: "all" }
  | { readonly kind: "set"; readonly set: PartitionSet }
  | { readonly kind: "invalid"; readonly message: string; readonly hint: string | null };

/** Reads partitions in words with the definition that they belong to. */
export function readPartitions(text: string, partitions: Partitions | null): PartitionsRead {
  if (text.trim() === "") return { kind: "all" };
  if (partitions === null) return { kind: "reading" };
  try {
    return { kind: "set", set: partitions.space.parseRange(text) };
  } catch (error) {
    if (!isHeddleError(error)) throw error;
    return { kind: "invalid", message: error.message, hint: error.hint ?? null };
  }
}

/** Longest text of partitions that an address holds. */
const MAX_TEXT = 8_000;

/** Typing waits this long before the plan follows. */
const SETTLE_MS = 250;

interface PartitionChoiceProps {
  readonly assetKey: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly fieldRef: Ref<HTMLInputElement>;
}

/** The partitions of one asset, to be chosen in words or painted on its strip; both say the same. */
export function PartitionChoice({ assetKey, text, onText, fieldRef }: PartitionChoiceProps): ReactNode {
  const query = useQuery(trpc.partitions.status.queryOptions({ key: assetKey }));
  const partitions = usePartitions(query.data);
  const read = useMemo(() => readPartitions(text, partitions), [text, partitions]);
  const selection = read.kind === "set" ? read.set : PartitionSet.EMPTY;
  const paint = (set: PartitionSet): void => {
    if (partitions === null) return;
    const next = set.isEmpty ? "" : partitionText(partitions.space, set);
    if (next.length > MAX_TEXT) {
      announceProblem("These are too many pieces", "Mark fewer ranges, or choose partitions by their state.");
    } else onText(next === "all" ? "" : next);
  };
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <PartitionText read={read} text={text} onText={onText} fieldRef={fieldRef} />
      {query.isError && (
        <FailurePanel
          title="The partitions could not be read"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      <div className="min-h-[60px]">
        {partitions !== null && partitions.runs.count > 0 && (
          <PartitionStrip
            label={`Partitions of ${assetKey}`}
            partitions={partitions}
            selection={selection}
            current={selection.size === 1 ? (selection.first ?? null) : null}
            onCurrent={(ordinal) => paint(PartitionSet.of([ordinal]))}
            onSelection={paint}
            height={36}
          />
        )}
        {partitions?.runs.count === 0 && <p className="text-muted">No partition exists yet.</p>}
      </div>
    </div>
  );
}

function PartitionText({
  read,
  text,
  onText,
  fieldRef,
}: Omit<PartitionChoiceProps, "assetKey"> & { readonly read: PartitionsRead }): ReactNode {
  const [typed, setTyped] = useState(text);
  const [sent, setSent] = useState(text);
  const helpId = useId();
  if (text !== sent) {
    // Painted on the strip, or the address changed.
    setSent(text);
    setTyped(text);
  }
  const send = useEffectEvent(() => {
    setSent(typed);
    onText(typed);
  });
  useEffect(() => {
    if (typed === sent) return;
    const timer = setTimeout(() => send(), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [typed, sent]);
  return (
    <div>
      <TextField
        ref={fieldRef}
        label="Partitions"
        placeholder="all, last 7, 2026-01-01..2026-01-31, keys"
        value={typed}
        maxLength={MAX_TEXT}
        invalid={read.kind === "invalid"}
        aria-describedby={helpId}
        onChange={(event) => setTyped(event.target.value)}
        onClear={() => setTyped("")}
      />
      <p id={helpId} role="status" className="mt-1 min-h-4 text-xs text-muted">
        <PartitionsHelp read={read} />
      </p>
    </div>
  );
}

function PartitionsHelp({ read }: { readonly read: PartitionsRead }): ReactNode {
  switch (read.kind) {
    case "reading":
      return "";
    case "all":
      return "All partitions. Write a range, or drag on the strip.";
    case "set":
      return formatCounted(read.set.size, "partition");
    case "invalid":
      return (
        <>
          <span className="text-failed-ink">{read.message}</span> {read.hint}
        </>
      );
  }
}
