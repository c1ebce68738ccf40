import type { ReactNode } from "react";
import { Icon } from "../../ui/icons.tsx";
import { At } from "../../ui/instant.tsx";

interface FoldAtProps {
  readonly at: number;
  readonly open: boolean;
  readonly onToggle: () => void;
}

/** The instant of an item of a history, which unfolds it. */
export function FoldAt({ at, open, onToggle }: FoldAtProps): ReactNode {
  return (
    <button
      type="button"
      aria-expanded={open}
      onClick={onToggle}
      className="flex items-center gap-1.5 font-medium whitespace-nowrap hover:underline hover:underline-offset-3"
    >
      <Icon name={open ? "chevronDown" : "chevronRight"} size={12} />
      <At at={at} />
    </button>
  );
}
