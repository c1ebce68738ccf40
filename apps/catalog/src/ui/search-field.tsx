import type { ReactNode, Ref } from "react";
import { TextField } from "./text-field.tsx";
import { useSettledText } from "./use-settled-text.ts";

interface SearchFieldProps {
  readonly label: string;
  /** What is searched for now. */
  readonly text: string;
  readonly onText: (text: string) => void;
  /** How long the typing has to rest before it is handed on. @default 250 */
  readonly settleMs?: number;
  /** Its width. */
  readonly className: string;
  readonly ref?: Ref<HTMLInputElement>;
}

/** A field for a text to search for, handed on when the typing pauses. */
export function SearchField({ text, onText, settleMs = 250, ...rest }: SearchFieldProps): ReactNode {
  const [value, setValue] = useSettledText({ text, onText, settleMs });
  return (
    <TextField
      icon="search"
      value={value}
      onChange={(event) => setValue(event.target.value)}
      onClear={() => setValue("")}
      {...rest}
    />
  );
}
