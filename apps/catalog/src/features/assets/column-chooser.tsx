import type { ReactNode } from "react";
import { Icon } from "../../ui/icons.tsx";
import { PopoverButton } from "../../ui/popover-button.tsx";
import { CHOSEN_COLUMNS, type ChosenColumn, COLUMN_PLACES, DEFAULT_COLUMNS } from "./asset-column-choice.ts";

interface ColumnChooserProps {
  readonly columns: readonly ChosenColumn[];
  /** `undefined`: as it comes. */
  readonly onChange: (columns: readonly ChosenColumn[] | undefined) => void;
}

/** Chooses what the table shows beside the names. */
export function ColumnChooser({ columns, onChange }: ColumnChooserProps): ReactNode {
  const toggle = (id: ChosenColumn): void => {
    const next = CHOSEN_COLUMNS.filter((own) => columns.includes(own) !== (own === id));
    const isDefault = next.length === DEFAULT_COLUMNS.length && next.every((own) => DEFAULT_COLUMNS.includes(own));
    if (next.length > 0) onChange(isDefault ? undefined : next);
  };
  return (
    <PopoverButton
      trigger={<Icon name="columns" size={15} />}
      label="Columns"
      className="inline-flex size-7 items-center justify-center rounded-md border border-line-strong text-muted hover:bg-hover hover:text-ink"
      title="Columns"
      width="w-56"
    >
      <div className="mt-2 flex flex-col">
        {CHOSEN_COLUMNS.map((id) => (
          <label key={id} className="flex h-7 items-center gap-2 rounded-sm px-1 hover:bg-hover">
            <input
              type="checkbox"
              checked={columns.includes(id)}
              onChange={() => toggle(id)}
              className="size-3.5 accent-[var(--accent)]"
            />
            {COLUMN_PLACES[id].title}
          </label>
        ))}
      </div>
    </PopoverButton>
  );
}
