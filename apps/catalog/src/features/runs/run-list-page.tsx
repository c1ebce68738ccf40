import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Catalog, useCatalog } from "../../data/catalog-state.ts";
import { EmptyState, Snippet } from "../../ui/empty-state.tsx";
import { Page } from "../../ui/page.tsx";
import { useWindowWidth } from "../../ui/window-width.ts";
import { RunCards } from "./run-cards.tsx";
import { RunListFrame } from "./run-list-frame.tsx";
import { RunTable } from "./run-table.tsx";

const route = getRouteApi("/runs");

/** All runs, the newest first. */
export function RunListPage(): ReactNode {
  const catalog = useCatalog();
  return <Page title="Runs">{catalog !== null && <RunListContent catalog={catalog} />}</Page>;
}

function RunListContent({ catalog }: { readonly catalog: Catalog }): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/runs" });
  const width = useWindowWidth();
  return (
    <RunListFrame
      catalog={catalog}
      noun="run"
      filters={search}
      onFilters={(change) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true })}
      onOpen={(runId) => void navigate({ to: "/runs/$runId", params: { runId: String(runId) } })}
      empty={
        <EmptyState title="Nothing has run yet.">
          <p>Open an asset and press Materialize, or start from the command line:</p>
          <Snippet>heddle materialize shop/orders</Snippet>
        </EmptyState>
      }
    >
      {(runs, active) =>
        width === "phone" ? (
          <RunCards runs={runs} label="Runs" />
        ) : (
          <RunTable runs={runs} label="Runs" active={active} />
        )
      }
    </RunListFrame>
  );
}
