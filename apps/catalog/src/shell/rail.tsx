import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Icon, type IconName } from "../ui/icons.tsx";

const PLACES: readonly {
  readonly to: "/assets" | "/lineage" | "/runs";
  readonly label: string;
  readonly icon: IconName;
}[] = [
  { to: "/assets", label: "Assets", icon: "assets" },
  { to: "/lineage", label: "Lineage", icon: "lineage" },
  { to: "/runs", label: "Runs", icon: "runs" },
];

/** Navigation at the left edge. */
export function Rail(): ReactNode {
  return (
    <nav
      aria-label="Main"
      className="flex flex-col items-stretch gap-1 border-r border-line bg-surface px-1.5 py-2 max-md:py-0.5 max-md:flex-row max-md:border-t max-md:border-r-0"
    >
      {PLACES.map(({ to, label, icon }) => (
        <Link
          key={to}
          to={to}
          className="flex flex-1 flex-col items-center gap-0.5 rounded-md py-1.5 text-2xs max-md:py-1 font-medium text-muted hover:bg-hover hover:text-ink data-[status=active]:bg-pressed data-[status=active]:text-ink md:flex-none"
        >
          <Icon name={icon} size={18} />
          {label}
        </Link>
      ))}
    </nav>
  );
}
