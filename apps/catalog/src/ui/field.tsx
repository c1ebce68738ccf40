import type { ReactNode } from "react";

interface FieldProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of a form. */
export function Field({ title, aside, children }: FieldProps): ReactNode {
  return (
    <section aria-label={title} className="min-w-0">
      <div className="mb-1 flex min-h-6 flex-wrap items-center gap-x-2 text-xs text-muted">
        <h3 className="shrink-0 text-sm font-medium text-ink">{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  );
}
