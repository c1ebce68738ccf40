import { useEffect, useEffectEvent, useState } from "react";
import { useReportUnsettled } from "./unsettled.tsx";

interface TypedValue<TValue> {
  /** What the field holds now by all that is known elsewhere. */
  readonly value: TValue;
  readonly format: (value: TValue) => string;
  /** `null` for a text that means nothing: it stays in the field and is not handed on. */
  readonly parse: (text: string) => { readonly value: TValue } | null;
  readonly onValue: (value: TValue) => void;
  /** How long the typing has to rest before it is handed on. */
  readonly settleMs: number;
}

/**
 * What stands in a field while someone types. What it means is handed on when they pause, and not with every key; the text
 * stays as it was typed. When `value` becomes something that was not typed here, the field shows that. `handOn` is for when
 * the field is left: what is pressed next means what stands in it.
 */
export function useTypedValue<TValue>({
  value,
  format,
  parse,
  onValue,
  settleMs,
}: TypedValue<TValue>): [text: string, setText: (text: string) => void, handOn: () => void] {
  const now = JSON.stringify(value);
  const [text, setText] = useState(() => format(value));
  const [sent, setSent] = useState(now);
  const [seen, setSeen] = useState(now);
  if (now !== seen) {
    setSeen(now);
    // What was typed here comes back a moment later, when more may have been typed already.
    if (now !== sent) {
      setSent(now);
      setText(format(value));
    }
  }
  const handOn = (): void => {
    const read = parse(text);
    if (read === null || JSON.stringify(read.value) === sent) return;
    setSent(JSON.stringify(read.value));
    onValue(read.value);
  };
  const read = parse(text);
  useReportUnsettled(read !== null && JSON.stringify(read.value) !== now);
  const send = useEffectEvent(handOn);
  useEffect(() => {
    const timer = setTimeout(() => send(), settleMs);
    return () => clearTimeout(timer);
  }, [text, settleMs]);
  return [text, setText, handOn];
}
