import { Link, useLocation } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { EmptyState } from "../ui/empty-state.tsx";
import { Page } from "../ui/page.tsx";
import { PLACES } from "./places.ts";

const NearestAssets = lazy(async () => ({ default: (await import("./nearest-assets.tsx")).NearestAssets }));

/** An address that leads nowhere. */
export function NotFoundPage(): ReactNode {
  const { pathname } = useLocation();
  return (
    <Page title="Not found">
      <h1 className="sr-only">Page not found</h1>
      <EmptyState title="There is no page at this address.">
        <code className="rounded-sm bg-hover px-1.5 py-0.5 font-mono text-xs break-all text-ink">{pathname}</code>
        <Suspense>
          <NearestAssets pathname={pathname} />
        </Suspense>
        <p className="flex flex-wrap gap-x-4 gap-y-1">
          {PLACES.map(({ to, label }) => (
            <Link key={to} to={to} className="link">
              {label}
            </Link>
          ))}
        </p>
      </EmptyState>
    </Page>
  );
}
