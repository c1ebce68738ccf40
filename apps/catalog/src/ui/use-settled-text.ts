import { useTypedValue } from "./use-typed-value.ts";

interface SettledText {
  /** What was handed on last, or set by other means since. */
  readonly text: string;
  readonly onText: (text: string) => void;
  /** How long the typing has to rest before it is handed on. */
  readonly settleMs: number;
}

/** A text that is handed on when the typing pauses, and not with every key. */
export function useSettledText({
  text,
  onText,
  settleMs,
}: SettledText): [value: string, setValue: (value: string) => void, handOn: () => void] {
  return useTypedValue({ value: text, format: asItIs, parse: (value) => ({ value }), onValue: onText, settleMs });
}

function asItIs(text: string): string {
  return text;
}
