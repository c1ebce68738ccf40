import type { Sensor } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCounted } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Until } from "../../ui/instant.tsx";
import { describeSensor, rowOfSensor } from "./automation-rows.ts";
import { CursorEditor, EventPlace } from "./cursor-editor.tsx";
import { EvaluateButton } from "./evaluate-dialog.tsx";
import { Facts, factsOfRuns, OwnerHeader, sourceFact } from "./owner-header.tsx";
import { SwitchButton } from "./switch-dialog.tsx";
import { TickHistory } from "./tick-history.tsx";

const route = getRouteApi("/automation/sensors/$name");

const READ_INTERVAL_MS = 10_000;

/** Everything about one sensor. */
export function SensorPage(): ReactNode {
  const { name } = route.useParams();
  const query = useQuery(trpc.sensors.get.queryOptions({ name }, { refetchInterval: READ_INTERVAL_MS }));
  return (
    <Page title={name}>
      {query.data === undefined && <h1 className="sr-only">{name}</h1>}
      {query.isError && (
        <div className="p-4">
          <FailurePanel
            title="The sensor could not be read"
            error={query.error}
            onRetry={() => void query.refetch()}
            elsewhere={
              <Link to="/automation" search={{ kind: "sensor" }} className="link">
                All sensors
              </Link>
            }
          />
        </div>
      )}
      {query.isPending && <Skeleton label="Reading the sensor" lines={6} />}
      {query.data !== undefined && <SensorContent sensor={query.data} />}
    </Page>
  );
}

function SensorContent({ sensor }: { readonly sensor: Sensor }): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/automation/sensors/$name" });
  const { name, watches, failures, nextAt } = sensor;
  // Lateness is of no interest here.
  const row = rowOfSensor(sensor, 0);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <OwnerHeader
        row={row}
        description={sensor.description}
        command={`heddle sensors show ${name}`}
        actions={
          <>
            {watches === null && <EvaluateButton kind="sensor" name={name} />}
            <SwitchButton row={row} />
          </>
        }
      />
      <div className="grid gap-x-8 gap-y-6 px-4 py-4 xl:grid-cols-[minmax(0,1fr)_336px]">
        <TickHistory
          kind="sensor"
          name={name}
          chosen={search.tick}
          onChoose={(tick) =>
            void navigate({ search: (before) => ({ ...before, tick }), replace: true, resetScroll: false })
          }
        />
        <div className="flex min-w-0 flex-col gap-6 max-xl:order-first">
          <Section title="Sensor">
            <Facts
              facts={[
                ["looks", describeSensor(sensor)],
                ...(watches === null ? [] : [["takes", describeConsumption(watches.consume)] as const]),
                ["next", nextAt === null ? "when it is on again" : <Until key="next" at={nextAt} />],
                ...(failures > 0 ? [["failing", `${formatCounted(failures, "time")} in a row`] as const] : []),
                ...factsOfRuns(sensor.runs),
                ["project", sensor.codeLocation],
                ...sourceFact(sensor.source),
              ]}
            />
          </Section>
          {watches === null ? <CursorEditor sensor={sensor} /> : <EventPlace sensor={sensor} />}
        </div>
      </div>
    </div>
  );
}

function describeConsumption(consume: NonNullable<Sensor["watches"]>["consume"]): string {
  switch (consume.kind) {
    case "each":
      return "one event after the other";
    case "latest":
      return "the newest event";
    case "batch":
      return `up to ${consume.size} events, within ${formatDuration(consume.withinMs)}`;
    case "debounce":
      return `what lies together, after ${formatDuration(consume.quietMs)} of quiet`;
    default:
      return "events";
  }
}
