import type { ReactNode } from "react";

interface EmptyStateProps {
  readonly title: string;
  readonly children?: ReactNode;
}

/** What stands where there is nothing: one sentence, and how to get something. */
export function EmptyState({ title, children }: EmptyStateProps): ReactNode {
  return (
    <div className="mx-auto flex max-w-xl flex-col items-start gap-3 px-6 py-16">
      <p className="text-md font-medium">{title}</p>
      {children !== undefined && <div className="flex flex-col items-start gap-3 text-muted">{children}</div>}
    </div>
  );
}

/** A code snippet that can be selected. */
export function Snippet({ children }: { readonly children: string }): ReactNode {
  return (
    <pre
      tabIndex={0}
      className="max-w-full overflow-x-auto rounded-md border border-line bg-surface px-3 py-2 font-mono text-xs leading-5 text-ink"
    >
      {children}
    </pre>
  );
}
