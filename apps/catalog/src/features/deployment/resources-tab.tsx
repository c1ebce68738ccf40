import type { AssetRef, WiredIoManager, WiredResource } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { Section } from "../../ui/page.tsx";
import { Cell, Line, LineTable } from "./line-table.tsx";
import { QueryState } from "./query-state.tsx";

const RESOURCE_TRACKS = "md:grid-cols-[200px_minmax(180px,1fr)_minmax(160px,220px)_minmax(200px,1fr)]";
const IO_TRACKS = "md:grid-cols-[200px_minmax(120px,1fr)_minmax(240px,2fr)]";

/** The clients that code takes, and what stores its values. */
export function ResourcesTab(): ReactNode {
  const query = useQuery(trpc.deployment.wiring.queryOptions({}));
  if (query.data === undefined) return <QueryState what="The resources" query={query} />;
  const { resources, ioManagers } = query.data;
  const several = new Set([...resources, ...ioManagers].map(({ codeLocation }) => codeLocation)).size > 1;
  return (
    <div className="flex max-w-6xl flex-col gap-6">
      <Section title="Resources">
        {resources.length === 0 ? (
          <p className="text-muted">
            The code in force takes none. <code className="font-mono text-xs">resource()</code> declares a client that
            assets share, and that is closed when a process ends.
          </p>
        ) : (
          <LineTable
            label="Resources"
            tracks={RESOURCE_TRACKS}
            heads={["Resource", "What it is", "Declared in", "Taken by"]}
          >
            {resources.map((resource) => (
              <ResourceLine key={`${resource.codeLocation} ${resource.key}`} resource={resource} several={several} />
            ))}
          </LineTable>
        )}
      </Section>
      <Section title="I/O managers">
        <LineTable label="I/O managers" tracks={IO_TRACKS} heads={["I/O manager", "Stores", "Assets"]}>
          {ioManagers.map((io) => (
            <IoLine key={`${io.codeLocation} ${io.name}`} io={io} several={several} />
          ))}
        </LineTable>
      </Section>
    </div>
  );
}

interface LineProps {
  /** Whether there are several code locations, so that each line says of which it is. */
  readonly several: boolean;
}

function ResourceLine({ resource, several }: LineProps & { readonly resource: WiredResource }): ReactNode {
  const { key, codeLocation, description, source, users, assets } = resource;
  const others = [
    users.checks > 0 && formatCounted(users.checks, "check"),
    users.schedules > 0 && formatCounted(users.schedules, "schedule"),
    users.sensors > 0 && formatCounted(users.sensors, "sensor"),
  ].filter((text) => text !== false);
  return (
    <Line tracks={RESOURCE_TRACKS}>
      <Cell className="font-medium break-words">
        {key}
        {several && <span className="ml-2 text-xs font-normal text-muted">{codeLocation}</span>}
      </Cell>
      <Cell className={description === null ? "text-muted" : ""}>{description ?? "no description"}</Cell>
      <Cell className="font-mono text-xs break-all text-muted">
        {source === null ? "" : `${source.file}:${source.line}`}
      </Cell>
      <Cell className="flex flex-wrap gap-x-3">
        {users.assets > 0 && <AssetNames assets={assets} count={users.assets} />}
        {others.length > 0 && <span className="text-muted">{others.join(", ")}</span>}
      </Cell>
    </Line>
  );
}

function IoLine({ io, several }: LineProps & { readonly io: WiredIoManager }): ReactNode {
  const { name, codeLocation, isTable, assetCount, assets } = io;
  return (
    <Line tracks={IO_TRACKS}>
      <Cell className="font-medium break-words">
        {name}
        {several && <span className="ml-2 text-xs font-normal text-muted">{codeLocation}</span>}
      </Cell>
      <Cell className="text-muted">{isTable ? "tables, with their columns" : "values"}</Cell>
      <Cell>
        <AssetNames assets={assets} count={assetCount} />
      </Cell>
    </Line>
  );
}

/** The first assets, and how many more there are. */
function AssetNames({ assets, count }: { readonly assets: readonly AssetRef[]; readonly count: number }): ReactNode {
  return (
    <span className="flex flex-wrap gap-x-2">
      {assets.map(({ id, key }) => (
        <Link key={id} to="/assets/$" params={{ _splat: key }} className="link">
          {key}
        </Link>
      ))}
      {count > assets.length && <span className="text-muted">and {formatCount(count - assets.length)} more</span>}
    </span>
  );
}
