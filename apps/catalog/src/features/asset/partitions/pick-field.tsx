import { type ReactNode, useId } from "react";
import { formatCount, formatCounted } from "../../../format/amounts.ts";
import { partitionName, type Partitions } from "../../../partitions/partition-space.ts";
import { TextField } from "../../../ui/text-field.tsx";
import { useSettledText } from "../../../ui/use-settled-text.ts";
import type { ChosenPartitions } from "./chosen-partitions.ts";

/** Typing waits this long before the address and the page follow. */
const SETTLE_MS = 150;

interface PickFieldProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly chosen: ChosenPartitions | null;
  readonly partitions: Partitions;
}

/** Chooses partitions in words, the same as on the command line, and says what is wrong with them. */
export function PickField({ text: value, onText, chosen, partitions }: PickFieldProps): ReactNode {
  const id = useId();
  const [text, setText, handOn] = useSettledText({ text: value, onText, settleMs: SETTLE_MS });
  const isInvalid = chosen?.kind === "invalid";
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
      <TextField
        label="Choose partitions"
        placeholder={`Choose: ${exampleOf(partitions)}`}
        icon="filter"
        value={text}
        invalid={isInvalid}
        aria-describedby={id}
        className="w-96 max-md:w-full"
        onChange={(event) => setText(event.target.value)}
        onClear={() => setText("")}
        onBlur={handOn}
      />
      <p id={id} role="status" className={`min-w-0 text-xs ${isInvalid ? "text-failed-ink" : "text-muted"}`}>
        {describeChosen(chosen, partitions)}
      </p>
    </div>
  );
}

function describeChosen(chosen: ChosenPartitions | null, { runs }: Partitions): string {
  switch (chosen?.kind) {
    case "invalid":
      return chosen.hint === null ? chosen.message : `${chosen.message}. ${chosen.hint}`;
    case "set":
      return `${formatCount(chosen.set.size)} of ${formatCounted(runs.count, "partition")}`;
    case "unknown":
      return "Its keys are too many to be read here: the server reads it.";
    default:
      return `All ${formatCounted(runs.count, "partition")}`;
  }
}

/** What can be typed here, with names of this asset. */
function exampleOf({ space, runs }: Partitions): string {
  const { dimensions } = space;
  if (dimensions === null) {
    return `${partitionName(space, runs.ordinalAt(runs.count - 1))}, last 7 & status:failed`;
  }
  const fixed = dimensions.spaces.findIndex((own) => own.timeline === null);
  const place = fixed < 0 ? 0 : fixed;
  const own = dimensions.spaces[place];
  const key = own?.all.first === undefined ? "…" : partitionName(own, own.all.first);
  return `${dimensions.names[place] ?? ""}=${key} & status:failed`;
}
