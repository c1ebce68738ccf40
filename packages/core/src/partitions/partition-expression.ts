import { HeddleError } from "../errors.ts";
import { formatNearest } from "../nearest.ts";
import { PARTITION_STATUSES, type PartitionStatus } from "../statuses.ts";
import { splitOutsideQuotes } from "./quoted-text.ts";

/** Partitions in words, taken apart into what the definition can read and what only the store knows. */
export interface PartitionExpression {
  /** For `PartitionSpace.parseRange`; `all` where nothing but statuses was said. */
  readonly partitions: string;
  /** Only partitions in one of these; `null`: in any. */
  readonly statuses: readonly PartitionStatus[] | null;
}

const STATUS_TERM = /^\s*status\s*:(.*)$/isu;

/**
 * Takes `2024-01..2024-03 & status:failed,missing` apart. Everything beside the terms that begin with `status:` stays as it
 * is written, for the definition to read. A key that begins so stands in quotes.
 * @throws PARTITION_UNKNOWN for a status that there is not
 */
export function readPartitionExpression(text: string): PartitionExpression {
  const terms = splitOutsideQuotes(text, "&");
  const named = terms.flatMap((term) => STATUS_TERM.exec(term)?.[1] ?? []);
  if (named.length === 0) return { partitions: text.trim() === "" ? "all" : text.trim(), statuses: null };
  const rest = terms.filter((term) => !STATUS_TERM.test(term)).map((term) => term.trim());
  const sets = named.map((list) => list.split(",").map((word) => readStatus(word.trim())));
  return {
    partitions: rest.filter((term) => term !== "").join(" & ") || "all",
    statuses: PARTITION_STATUSES.filter((status) => sets.every((set) => set.includes(status))),
  };
}

function readStatus(word: string): PartitionStatus {
  const status = PARTITION_STATUSES.find((known) => known === word.toLowerCase());
  if (status !== undefined) return status;
  const near = formatNearest(word, PARTITION_STATUSES);
  const all = `The statuses are ${PARTITION_STATUSES.join(", ")}.`;
  throw new HeddleError("PARTITION_UNKNOWN", `there is no status ${JSON.stringify(word)}`, {
    hint: near === null ? all : `${near} ${all}`,
    details: { status: word },
  });
}
