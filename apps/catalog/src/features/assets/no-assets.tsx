import type { CodeLocationHealth, Deployment } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trpc } from "../../data/trpc.ts";
import { isFirstLoad } from "../../shell/deployment.ts";
import { EmptyState, Snippet } from "../../ui/empty-state.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { SourcePlace } from "../../ui/source-place.tsx";

const FIRST_ASSET = `import { asset, definitions } from "@heddle/core";

const orders = asset({
  key: "shop/orders",
  async materialize() {
    return [{ id: 1, total: 12.5 }];
  },
});

export default definitions({ assets: [orders] });`;

/** Somebody who has just started everything waits in front of the page. */
const READ_INTERVAL_MS = 2_000;

/** Why there is no asset: no code has come into force yet, or it cannot, or it declares none. */
export function NoAssets(): ReactNode {
  const { data } = useQuery({ ...trpc.deployment.get.queryOptions({}), refetchInterval: READ_INTERVAL_MS });
  if (data === undefined) return <Skeleton label="Reading which code there is" />;
  if (isFirstLoad(data)) return <FirstLoad deployment={data} />;
  const broken = data.codeLocations.filter(({ problems }) => problems.length > 0);
  if (broken.length > 0) return <BrokenCode locations={broken} />;
  // It is in force already, and the assets are on their way to this page.
  if (data.codeLocations.some(({ assetCount }) => assetCount > 0)) return <FirstLoad deployment={data} />;
  return (
    <EmptyState title="No assets are declared yet.">
      <p>Declare the first one in a module of your project; it appears here as soon as the file is saved.</p>
      <Snippet>{FIRST_ASSET}</Snippet>
    </EmptyState>
  );
}

function FirstLoad({ deployment: { daemon } }: { readonly deployment: Deployment }): ReactNode {
  return (
    <div role="status">
      <EmptyState title={daemon.alive ? "Code is being loaded for the first time." : "No code has been loaded yet."}>
        <p>
          {daemon.alive
            ? "Its assets appear here by themselves, usually within seconds."
            : "A daemon loads it, and none is running yet. Once it has, the assets appear here by themselves."}
        </p>
      </EmptyState>
    </div>
  );
}

function BrokenCode({ locations }: { readonly locations: readonly CodeLocationHealth[] }): ReactNode {
  return (
    <EmptyState title="The code does not load, so none of its assets are known.">
      <ul className="flex flex-col gap-2 self-stretch" aria-label="Code that does not load">
        {locations.map(({ name, problems: [first] }) => (
          <li key={name} className="rounded-md border border-failed/50 bg-failed-soft px-3 py-2">
            {first !== undefined && first.file !== null && (
              <>
                <SourcePlace file={first.file} line={first.line} />{" "}
              </>
            )}
            <bdi className="break-words text-ink">{first?.message}</bdi>
          </li>
        ))}
      </ul>
      <p>
        <Link to="/deployment" search={{ tab: "code" }} className="link">
          All that is known of it
        </Link>
        . It is loaded again as soon as a file is saved.
      </p>
    </EmptyState>
  );
}
