import { PartitionSet } from "@heddle/core/internal";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, type Ref, useId, useMemo, useState } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCounted } from "../../format/amounts.ts";
import { partitionText, usePartitions } from "../../partitions/partition-space.ts";
import { PartitionStrip } from "../../partitions/partition-strip.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { announceProblem } from "../../ui/toasts.tsx";
import { useSettledText } from "../../ui/use-settled-text.ts";
import { type PartitionsRead, readPartitions } from "./read-partitions.ts";

/** Longest text of partitions that an address holds. */
const MAX_TEXT = 8_000;

/** Typing waits this long before the plan follows. */
const SETTLE_MS = 250;

interface PartitionChoiceProps {
  readonly assetKey: string;
  /** Name of the field. */
  readonly label: string;
  readonly text: string;
  /** What no text means, in a sentence. */
  readonly empty: string;
  readonly onText: (text: string) => void;
  readonly fieldRef?: Ref<HTMLInputElement> | undefined;
}

/** The partitions of one asset, to be chosen in words or painted on its strip; both say the same. */
export function PartitionChoice({ assetKey, label, text, empty, onText, fieldRef }: PartitionChoiceProps): ReactNode {
  const query = useQuery(trpc.partitions.status.queryOptions({ key: assetKey }));
  const partitions = usePartitions(query.data);
  const [cursor, setCursor] = useState<number | null>(null);
  const read = useMemo(() => readPartitions(text, partitions), [text, partitions]);
  const paint = (set: PartitionSet): void => {
    if (partitions === null) return;
    if (!partitions.knowsAllKeys) {
      announceProblem(
        "There are more keys than are known here",
        "Write the keys of the partitions, or choose by state.",
      );
      return;
    }
    const next = set.isEmpty ? "" : partitionText(partitions.space, set);
    if (next.length > MAX_TEXT) {
      announceProblem("These are too many pieces", "Mark fewer ranges, or choose partitions by their state.");
    } else onText(next);
  };
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <PartitionText label={label} read={read} text={text} empty={empty} onText={onText} fieldRef={fieldRef} />
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
            selection={read.kind === "set" ? read.set : PartitionSet.EMPTY}
            current={cursor}
            onCurrent={setCursor}
            onSelection={paint}
            height={36}
            marking
          />
        )}
        {partitions?.runs.count === 0 && <p className="text-muted">No partition exists yet.</p>}
      </div>
    </div>
  );
}

function PartitionText({
  label,
  read,
  text,
  empty,
  onText,
  fieldRef,
}: Omit<PartitionChoiceProps, "assetKey"> & { readonly read: PartitionsRead }): ReactNode {
  const [typed, setTyped, handOn] = useSettledText({ text, onText, settleMs: SETTLE_MS });
  const helpId = useId();
  return (
    <div>
      <TextField
        ref={fieldRef}
        label={label}
        placeholder="all, last 7, 2026-01-01..2026-01-31, keys"
        value={typed}
        maxLength={MAX_TEXT}
        invalid={read.kind === "invalid"}
        aria-describedby={helpId}
        onChange={(event) => setTyped(event.target.value)}
        onClear={() => setTyped("")}
        onBlur={handOn}
      />
      {/* Always two lines high: what lies below must not move away from under a click that leaves the field. */}
      <p
        id={helpId}
        role="status"
        title={read.kind === "invalid" ? `${read.message} ${read.hint}` : undefined}
        className="mt-1 line-clamp-2 h-8 text-xs text-muted"
      >
        <PartitionsHelp read={read} empty={empty} />
      </p>
    </div>
  );
}

function PartitionsHelp({ read, empty }: { readonly read: PartitionsRead; readonly empty: string }): ReactNode {
  switch (read.kind) {
    case "reading":
    case "unknown":
      return "";
    case "all":
      return empty;
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
