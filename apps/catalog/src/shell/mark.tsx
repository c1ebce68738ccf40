import type { ReactNode } from "react";

/** The mark: three threads, the middle one through the eye of a heddle. */
export function Mark({ size = 22 }: { readonly size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" strokeWidth={2} strokeLinecap="round" aria-hidden>
      <path d="M6 3v18M18 3v18" className="stroke-faint" />
      <path d="M12 3v5.5M12 15.5V21" className="stroke-fresh" />
      <ellipse cx="12" cy="12" rx="2.4" ry="3.5" className="stroke-fresh" />
    </svg>
  );
}
