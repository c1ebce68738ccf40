import { type ReactNode, useEffect } from "react";

interface PageProps {
  /** What the browser's tab says before "Heddle". */
  readonly title: string;
  readonly children: ReactNode;
}

/** A whole page below the top bar. */
export function Page({ title, children }: PageProps): ReactNode {
  useEffect(() => {
    document.title = `${title} · Heddle`;
  }, [title]);
  return <div className="flex h-full min-h-0 flex-col">{children}</div>;
}

interface PageHeaderProps {
  readonly title: ReactNode;
  /** Small print beside the title. */
  readonly meta?: ReactNode;
  readonly actions?: ReactNode;
}

/** Heading of a page: its name, what there is of it, what can be done. */
export function PageHeader({ title, meta, actions }: PageHeaderProps): ReactNode {
  return (
    <div className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2">
      <h1 className="text-lg font-semibold tracking-[-0.01em]">{title}</h1>
      {meta !== undefined && <div className="text-sm text-muted">{meta}</div>}
      {actions !== undefined && (
        <div className="ml-auto flex min-w-0 flex-wrap items-center gap-2 max-md:w-full">{actions}</div>
      )}
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of a page. */
export function Section({ title, aside, children }: SectionProps): ReactNode {
  return (
    <section aria-label={title} className="flex min-w-0 flex-col gap-2">
      <div className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="text-md font-semibold">{title}</h2>
        {aside !== undefined && (
          <div className="ml-auto flex flex-wrap items-center gap-2 text-sm whitespace-nowrap text-muted">{aside}</div>
        )}
      </div>
      {children}
    </section>
  );
}
