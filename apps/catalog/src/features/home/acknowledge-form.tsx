import type { AttentionItem } from "@heddle/api";
import { type ReactNode, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { acknowledgeItem, SNOOZES } from "./attention-actions.ts";

/** Says that problems were seen: with a note, and for how long they are left alone. */
export function AcknowledgeForm({
  item,
  onDone,
}: {
  readonly item: AttentionItem;
  readonly onDone: () => void;
}): ReactNode {
  const [text, setText] = useState("");
  const [choice, setChoice] = useState(0);
  const save = (): void => {
    onDone();
    void acknowledgeItem(item, { text: text.trim(), snoozeMs: SNOOZES[choice]?.ms ?? null });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      className="mt-2 flex flex-col gap-3"
    >
      <label className="flex flex-col gap-1">
        <span className="label">Note for others</span>
        <textarea
          rows={2}
          maxLength={1_000}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="resize-y rounded-md border border-line-strong bg-canvas px-2 py-1"
        />
      </label>
      <fieldset className="flex flex-col">
        <legend className="label mb-1">Leave it alone</legend>
        {SNOOZES.map(({ label }, i) => (
          <label key={label} className="flex h-7 items-center gap-2 rounded-sm px-1 hover:bg-hover">
            <input
              type="radio"
              name="snooze"
              checked={choice === i}
              onChange={() => setChoice(i)}
              className="size-3.5 accent-[var(--accent)]"
            />
            {i === 0 ? label : `for ${label}`}
          </label>
        ))}
      </fieldset>
      <Button type="submit" kind="solid">
        {choice === 0 ? "Acknowledge" : "Snooze"}
      </Button>
    </form>
  );
}
