import { checkPartitionKey } from "@heddle/core/internal";

/** What a text of one key a line comes to. */
export interface KeyLines {
  /** Each once, in the order of the lines. */
  readonly keys: readonly string[];
  readonly problems: readonly KeyProblem[];
  /** Lines that repeat an earlier one. */
  readonly repeated: number;
}

/** A line that cannot be a key. */
export interface KeyProblem {
  /** 1 for the first. */
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

/** Reads partition keys, one a line; lines without text are passed over, and blanks around a key are none of it. */
export function readKeyLines(text: string): KeyLines {
  const keys = new Set<string>();
  const problems: KeyProblem[] = [];
  let repeated = 0;
  for (const [i, line] of text.split(/\r\n|\r|\n/u).entries()) {
    const key = line.trim();
    if (key === "") continue;
    const reason = checkPartitionKey(key);
    if (reason !== null) problems.push({ line: i + 1, text: key, reason });
    else if (keys.has(key)) repeated++;
    else keys.add(key);
  }
  return { keys: [...keys], problems, repeated };
}
