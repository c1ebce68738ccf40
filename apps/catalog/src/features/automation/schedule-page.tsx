import type { Schedule } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCounted } from "../../format/amounts.ts";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { At, Until } from "../../ui/instant.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { describeCrons, rowOfSchedule } from "./automation-rows.ts";
import { EvaluateButton } from "./evaluate-dialog.tsx";
import { NextTicks } from "./next-ticks.tsx";
import { Facts, factsOfRuns, OwnerHeader, sourceFact } from "./owner-header.tsx";
import { SwitchButton } from "./switch-dialog.tsx";
import { TickHistory } from "./tick-history.tsx";

const route = getRouteApi("/automation/schedules/$name");

const READ_INTERVAL_MS = 15_000;

/** Everything about one schedule. */
export function SchedulePage(): ReactNode {
  const { name } = route.useParams();
  const query = useQuery(trpc.schedules.get.queryOptions({ name }, { refetchInterval: READ_INTERVAL_MS }));
  return (
    <Page title={name}>
      {query.data === undefined && <h1 className="sr-only">{name}</h1>}
      {query.isError && (
        <div className="p-4">
          <FailurePanel
            title="The schedule could not be read"
            error={query.error}
            onRetry={() => void query.refetch()}
            elsewhere={
              <Link to="/automation" search={{ kind: "schedule" }} className="link">
                All schedules
              </Link>
            }
          />
        </div>
      )}
      {query.isPending && <Skeleton label="Reading the schedule" lines={6} />}
      {query.data !== undefined && <ScheduleContent schedule={query.data} />}
    </Page>
  );
}

function ScheduleContent({ schedule }: { readonly schedule: Schedule }): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/automation/schedules/$name" });
  const set = (change: Partial<typeof search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const { name } = schedule;
  const row = rowOfSchedule(schedule);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <OwnerHeader
        row={row}
        description={schedule.description}
        command={`heddle schedules show ${name}`}
        actions={
          <>
            <EvaluateButton kind="schedule" name={name} />
            <SwitchButton row={row} />
          </>
        }
      />
      <div className="grid gap-x-8 gap-y-6 px-4 py-4 xl:grid-cols-[minmax(0,1fr)_336px]">
        <div className="flex min-w-0 flex-col gap-6">
          {schedule.retry !== null && <Retry retry={schedule.retry} />}
          <TickHistory kind="schedule" name={name} chosen={search.tick} onChoose={(tick) => set({ tick })} />
        </div>
        <div className="flex min-w-0 flex-col gap-6 max-xl:order-first">
          <NextTicks schedule={schedule} zone={search.zone} onZone={(zone) => set({ zone })} />
          <Section title="Schedule">
            <Facts
              facts={[
                ["when", describeCrons(schedule)],
                ["after a gap", describeCatchUp(schedule.catchUp)],
                ["decided by", schedule.isEvaluated ? "its function" : "its declaration alone"],
                ...factsOfRuns(schedule.runs),
                ["project", schedule.codeLocation],
                ...sourceFact(schedule.source),
              ]}
            />
          </Section>
        </div>
      </div>
    </div>
  );
}

function Retry({ retry }: { readonly retry: NonNullable<Schedule["retry"]> }): ReactNode {
  return (
    <p role="status" className="rounded-md border border-line bg-stale-soft px-3 py-2">
      The tick of <At at={retry.at} /> has failed {formatCounted(retry.failures, "time")} and is tried again{" "}
      <Until at={retry.notBefore} />
      {retry.error !== null && `: ${retry.error.message}`}
    </p>
  );
}

function describeCatchUp(catchUp: Schedule["catchUp"]): string {
  switch (catchUp.kind) {
    case "latest":
      return "the newest tick that was due is made up for";
    case "all":
      return `the newest ${catchUp.most} ticks that were due are made up for`;
    case "none":
      return "nothing is made up for";
  }
}
