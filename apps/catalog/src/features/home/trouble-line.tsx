import { type ReactNode, useEffect, useRef } from "react";
import { GlyphIcon } from "../../status/status-mark.tsx";

/** A list of what is broken beside the assets themselves. */
export function TroubleList({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return (
    <ul aria-label={label} className="overflow-hidden rounded-lg border border-line">
      {children}
    </ul>
  );
}

interface TroubleLineProps {
  /** Whether the keyboard is on it. */
  readonly active: boolean;
  /** What is broken, as a link to its page. */
  readonly title: ReactNode;
  readonly aside: ReactNode;
  readonly children: ReactNode;
}

/** One line of such a list; it comes into view when the keyboard comes to it. */
export function TroubleLine({ active, title, aside, children }: TroubleLineProps): ReactNode {
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) line.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <li
      ref={line}
      data-active={active}
      {...(active ? { "aria-current": true as const } : {})}
      className="flex items-start gap-3 border-b border-line px-3 py-2 last:border-b-0 hover:bg-hover data-[active=true]:bg-accent-soft"
    >
      <span className="mt-1 text-failed-ink">
        <GlyphIcon glyph="cross" />
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex min-w-0 items-baseline gap-2">
          {title}
          <span className="shrink-0 text-xs text-muted">{aside}</span>
        </div>
        {children}
      </div>
    </li>
  );
}

/** How the link of such a line looks. */
export const TROUBLE_LINK = "truncate font-medium hover:underline hover:underline-offset-3";
