import { useLocation } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { EmptyState } from "../ui/empty-state.tsx";
import { Page } from "../ui/page.tsx";

const WaysOn = lazy(async () => ({ default: (await import("./ways-on.tsx")).WaysOn }));

/** An address that leads nowhere. */
export function NotFoundPage(): ReactNode {
  const { pathname } = useLocation();
  return (
    <Page title="Not found">
      <h1 className="sr-only">Page not found</h1>
      <EmptyState title="There is no page at this address.">
        {/* As wide from the start: what comes does not move what stands in the middle. */}
        <div className="flex w-[min(33rem,calc(100vw-3rem))] flex-col items-start gap-3">
          <code className="rounded-sm bg-hover px-1.5 py-0.5 font-mono text-xs break-all text-ink">{pathname}</code>
          <Suspense>
            <WaysOn pathname={pathname} />
          </Suspense>
        </div>
      </EmptyState>
    </Page>
  );
}
