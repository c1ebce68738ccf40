import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCounted } from "../../format/amounts.ts";
import { Section } from "../../ui/page.tsx";
import { Cell, Line, LineTable } from "./line-table.tsx";
import { QueryState } from "./query-state.tsx";

const SETTING_TRACKS = "md:grid-cols-[180px_minmax(200px,1fr)_minmax(200px,1.2fr)]";
const KEPT_TRACKS = "md:grid-cols-[minmax(260px,1fr)_140px]";

/** What is set for this deployment, and how long things are kept. */
export function SettingsTab(): ReactNode {
  const query = useQuery(trpc.deployment.settings.queryOptions({}));
  if (query.data === undefined) return <QueryState what="The settings" query={query} />;
  const { settings, retention } = query.data;
  return (
    <div className="flex max-w-4xl flex-col gap-6">
      <Section title="Instance">
        <LineTable label="Settings" tracks={SETTING_TRACKS} heads={["Setting", "Value", "Where it comes from"]}>
          {settings.map(({ name, value, hint }) => (
            <Line key={name} tracks={SETTING_TRACKS}>
              <Cell className="font-medium">{name}</Cell>
              <Cell className="font-mono text-xs break-all">{value}</Cell>
              <Cell className="text-muted">{hint}</Cell>
            </Line>
          ))}
        </LineTable>
      </Section>
      <Section title="Retention">
        <LineTable label="Retention" tracks={KEPT_TRACKS} heads={["What", "Kept for"]}>
          {retention.map(({ what, days }) => (
            <Line key={what} tracks={KEPT_TRACKS}>
              <Cell>{what}</Cell>
              <Cell className="text-muted">{days === null ? "ever" : formatCounted(days, "day")}</Cell>
            </Line>
          ))}
        </LineTable>
        <p className="text-sm text-muted">The daemon that leads removes what is older, every hour, in small pieces.</p>
      </Section>
    </div>
  );
}
