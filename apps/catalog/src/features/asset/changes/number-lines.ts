import type { CodeHunk } from "@heddle/api";

export interface NumberedLine {
  readonly kind: "gone" | "came" | "kept";
  /** Of a line that is gone in the file before, of any other in the file now; from 1. */
  readonly number: number;
  readonly text: string;
}

/** Numbers the lines of a difference. */
export function numberLines({ before, now, lines }: CodeHunk): readonly NumberedLine[] {
  let [had, has] = [before, now];
  return lines.map((line) => {
    const text = line.slice(1);
    if (line.startsWith("-")) return { kind: "gone", number: had++, text };
    if (line.startsWith("+")) return { kind: "came", number: has++, text };
    had++;
    return { kind: "kept", number: has++, text };
  });
}
