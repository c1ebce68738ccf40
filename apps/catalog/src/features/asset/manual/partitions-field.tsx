import { type PartitionSet } from "@heddle/core/internal";
import { type ReactNode, useId } from "react";
import { formatCounted } from "../../../format/amounts.ts";
import type { Partitions } from "../../../partitions/partition-space.ts";

/** What a text of partitions means. */
export interface ReadPartitions {
  /** `null` when it cannot be read here. */
  readonly set: PartitionSet | null;
  readonly problem: string | null;
}

/** Reads a text of partitions as the server will; what only the server can read has neither set nor problem. */
export function readPartitions(text: string, partitions: Partitions | null): ReadPartitions {
  if (partitions === null || !partitions.knowsAllKeys) return { set: null, problem: null };
  if (text.trim() === "") return { set: null, problem: "Say which, such as last 7" };
  try {
    return { set: text.trim() === "all" ? partitions.space.all : partitions.space.parseRange(text), problem: null };
  } catch (error) {
    return { set: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

interface PartitionsFieldProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly read: ReadPartitions;
}

/** Asks for partitions in words, and says how many these are. */
export function PartitionsField({ text, onText, read }: PartitionsFieldProps): ReactNode {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-xs text-muted">
        Partitions
      </label>
      <input
        id={id}
        value={text}
        autoComplete="off"
        spellCheck={false}
        placeholder="2026-01-01..2026-02-01, last 7, all"
        aria-invalid={read.problem !== null && text !== ""}
        aria-describedby={`${id}-read`}
        onChange={(event) => onText(event.target.value)}
        className={FIELD}
      />
      <p
        id={`${id}-read`}
        role="status"
        className={`text-xs ${read.problem !== null && text !== "" ? "text-failed-ink" : "text-muted"}`}
      >
        {read.problem ?? (read.set === null ? "The server reads it" : formatCounted(read.set.size, "partition"))}
      </p>
    </div>
  );
}

export const FIELD =
  "h-7 min-w-0 rounded-md border border-line-strong bg-canvas px-2 text-sm text-ink placeholder:text-faint focus:border-accent focus:outline focus:outline-1 focus:outline-accent";
