import type { ReactNode } from "react";

/** Grey bars for the first visit alone; known data stays where it is while newer data is read. */
export function Skeleton({ lines = 4, label }: { readonly lines?: number; readonly label: string }): ReactNode {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-3 p-4">
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} className="h-4 rounded-sm bg-hover" style={{ width: `${88 - ((i * 29) % 46)}%` }} />
      ))}
    </div>
  );
}
