import { type ReactNode, useId } from "react";
import { TextField } from "../../ui/text-field.tsx";
import { useTypedValue } from "../../ui/use-typed-value.ts";
import { formatTags, readTags, type Tags } from "./tags.ts";

/** Typing waits this long before the launch follows. */
const SETTLE_MS = 250;

interface TagsFieldProps {
  readonly tags: Tags | undefined;
  readonly onTags: (tags: Tags | undefined) => void;
}

/** What a run is marked with, to be found by it later. */
export function TagsField({ tags, onTags }: TagsFieldProps): ReactNode {
  const helpId = useId();
  const [text, setText, handOn] = useTypedValue({
    value: tags ?? {},
    format: formatTags,
    parse: readTags,
    onValue: (next) => onTags(Object.keys(next).length === 0 ? undefined : next),
    settleMs: SETTLE_MS,
  });
  const invalid = readTags(text) === null;
  return (
    <div>
      <div className="flex items-center gap-3">
        <span className="text-muted">Tags</span>
        <TextField
          label="Tags of the run"
          className="flex-1"
          placeholder="team=data, reason=late files"
          value={text}
          invalid={invalid}
          aria-describedby={invalid ? helpId : undefined}
          onChange={(event) => setText(event.target.value)}
          onClear={() => setText("")}
          onBlur={handOn}
        />
      </div>
      {invalid && (
        <p id={helpId} role="status" className="mt-1 text-xs text-failed-ink">
          Write tags as name=value, separated by commas.
        </p>
      )}
    </div>
  );
}
