import { useEffect, useState } from "react";

interface SettledText {
  /** What was handed on last. */
  readonly text: string;
  readonly onText: (text: string) => void;
  /** How long the typing has to rest before it is handed on. */
  readonly settleMs: number;
}

/** What stands in a field while someone types; it is handed on when they pause, and not with every key. */
export function useSettledText({
  text,
  onText,
  settleMs,
}: SettledText): [value: string, setValue: (value: string) => void] {
  const [value, setValue] = useState(text);
  useEffect(() => {
    if (value === text) return;
    const timer = setTimeout(() => onText(value), settleMs);
    return () => clearTimeout(timer);
  });
  return [value, setValue];
}
