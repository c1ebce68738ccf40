import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useId } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCount } from "../../format/amounts.ts";
import { loadProblems, useDeployment } from "../../shell/deployment.ts";
import { Page, PageHeader } from "../../ui/page.tsx";
import { TabBar, type Tab } from "../../ui/tab-bar.tsx";
import { AuditTab } from "./audit-tab.tsx";
import { CodeTab } from "./code-tab.tsx";
import type { DeploymentTab } from "./deployment-search.ts";
import { NotificationsTab } from "./notifications-tab.tsx";
import { PoolsTab } from "./pools-tab.tsx";
import { ProcessesTab } from "./processes-tab.tsx";
import { ResourcesTab } from "./resources-tab.tsx";
import { SettingsTab } from "./settings-tab.tsx";

const route = getRouteApi("/deployment");

/** What keeps everything running, and who changed what. */
export function DeploymentPage(): ReactNode {
  const { tab = "code" } = route.useSearch();
  const navigate = useNavigate({ from: "/deployment" });
  const panelId = useId();
  const tabs = useTabs();
  const label = tabs.find(({ name }) => name === tab)?.label ?? "";
  const setTab = (name: DeploymentTab): void =>
    void navigate({ search: (before) => ({ ...before, tab: name }), replace: true, resetScroll: false });
  return (
    <Page title="Deployment">
      <PageHeader title="Deployment" />
      <TabBar label="Parts of the deployment" tabs={tabs} value={tab} panelId={panelId} onChange={setTab} />
      <div id={panelId} role="tabpanel" aria-label={label} className="min-h-0 flex-1 overflow-y-auto p-4">
        <TabContent tab={tab} />
      </div>
    </Page>
  );
}

/** Beside the names stands what needs somebody. */
function useTabs(): readonly Tab<DeploymentTab>[] {
  const deployment = useDeployment();
  const notifications = useQuery(trpc.notifications.list.queryOptions({})).data?.notifications ?? [];
  const problems = deployment === undefined ? 0 : loadProblems(deployment);
  const failed = notifications.reduce((sum, { messages }) => sum + messages.failed, 0);
  const mark = (count: number, noun: string) =>
    count === 0 ? {} : { mark: <span className="text-failed-ink">{`${formatCount(count)} ${noun}`}</span> };
  return [
    { name: "code", label: "Code", ...mark(problems, problems === 1 ? "problem" : "problems") },
    { name: "processes", label: "Processes" },
    { name: "pools", label: "Pools" },
    { name: "notifications", label: "Notifications", ...mark(failed, "failed") },
    { name: "resources", label: "Resources" },
    { name: "settings", label: "Settings" },
    { name: "audit", label: "Audit log" },
  ];
}

function TabContent({ tab }: { readonly tab: DeploymentTab }): ReactNode {
  switch (tab) {
    case "code":
      return <CodeTab />;
    case "processes":
      return <ProcessesTab />;
    case "pools":
      return <PoolsTab />;
    case "notifications":
      return <NotificationsTab />;
    case "resources":
      return <ResourcesTab />;
    case "settings":
      return <SettingsTab />;
    case "audit":
      return <AuditTab />;
  }
}
