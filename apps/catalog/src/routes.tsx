import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { assetPageSearch } from "./features/asset/asset-page-search.ts";
import { backfillSearch } from "./features/backfills/backfill-search.ts";
import { assetsSearch } from "./features/assets/assets-search.ts";
import { homeSearch } from "./features/home/home-search.ts";
import { automationSearch, conditionSearch, tickOwnerSearch } from "./features/automation/automation-search.ts";
import { checkPageSearch, checksSearch } from "./features/checks/checks-search.ts";
import { deploymentSearch } from "./features/deployment/deployment-search.ts";
import { launchSearch } from "./features/launch/launch-search.ts";
import { lineageSearch } from "./features/lineage/lineage-search.ts";
import { runListSearch } from "./features/runs/run-list-search.ts";
import { runPageSearch } from "./features/runs/run-page-search.ts";
import { formatSearchText, parseSearchText } from "./search/search-schema.ts";
import { ErrorPage, WholeErrorPage } from "./shell/error-page.tsx";
import { NotFoundPage } from "./shell/not-found-page.tsx";
import { Shell } from "./shell/shell.tsx";

const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: NotFoundPage,
  errorComponent: WholeErrorPage,
  validateSearch: launchSearch,
});

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: homeSearch,
  component: lazyRouteComponent(() => import("./features/home/home-page.tsx"), "HomePage"),
});

/** A parent of its own: beside a plain `/assets`, the address of an asset would match with an empty key too. */
const assetsParentRoute = createRoute({ getParentRoute: () => rootRoute, path: "/assets" });

const assetsRoute = createRoute({
  getParentRoute: () => assetsParentRoute,
  path: "/",
  validateSearch: assetsSearch,
  component: lazyRouteComponent(() => import("./features/assets/assets-page.tsx"), "AssetsPage"),
});

/** The rest of the address is the asset key, its slashes included. */
const assetRoute = createRoute({
  getParentRoute: () => assetsParentRoute,
  path: "$",
  validateSearch: assetPageSearch,
  component: lazyRouteComponent(() => import("./features/asset/asset-page.tsx"), "AssetPage"),
});

const lineageRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/lineage",
  validateSearch: lineageSearch,
  component: lazyRouteComponent(() => import("./features/lineage/lineage-page.tsx"), "LineagePage"),
});

const runsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/runs",
  validateSearch: runListSearch,
  component: lazyRouteComponent(() => import("./features/runs/run-list-page.tsx"), "RunListPage"),
});

const runRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/runs/$runId",
  validateSearch: runPageSearch,
  component: lazyRouteComponent(() => import("./features/runs/run-page.tsx"), "RunPage"),
});

const backfillsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/backfills",
  validateSearch: runListSearch,
  component: lazyRouteComponent(() => import("./features/backfills/backfill-list-page.tsx"), "BackfillListPage"),
});

const backfillRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/backfills/$runId",
  validateSearch: backfillSearch,
  component: lazyRouteComponent(() => import("./features/backfills/backfill-page.tsx"), "BackfillPage"),
});

const automationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/automation",
  validateSearch: automationSearch,
  component: lazyRouteComponent(() => import("./features/automation/automation-page.tsx"), "AutomationPage"),
});

const scheduleRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/automation/schedules/$name",
  validateSearch: tickOwnerSearch,
  component: lazyRouteComponent(() => import("./features/automation/schedule-page.tsx"), "SchedulePage"),
});

const sensorRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/automation/sensors/$name",
  validateSearch: tickOwnerSearch,
  component: lazyRouteComponent(() => import("./features/automation/sensor-page.tsx"), "SensorPage"),
});

const conditionRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/automation/conditions/$",
  validateSearch: conditionSearch,
  component: lazyRouteComponent(() => import("./features/automation/condition-page.tsx"), "ConditionPage"),
});

/** A parent of its own, as assets have one: the rest of the address is the asset key. */
const checksParentRoute = createRoute({ getParentRoute: () => rootRoute, path: "/checks" });

const checksRoute = createRoute({
  getParentRoute: () => checksParentRoute,
  path: "/",
  validateSearch: checksSearch,
  component: lazyRouteComponent(() => import("./features/checks/checks-page.tsx"), "ChecksPage"),
});

const checkRoute = createRoute({
  getParentRoute: () => checksParentRoute,
  path: "$",
  validateSearch: checkPageSearch,
  component: lazyRouteComponent(() => import("./features/checks/check-page.tsx"), "CheckPage"),
});

const deploymentRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/deployment",
  validateSearch: deploymentSearch,
  component: lazyRouteComponent(() => import("./features/deployment/deployment-page.tsx"), "DeploymentPage"),
});

/** All pages by address. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([
    homeRoute,
    assetsParentRoute.addChildren([assetsRoute, assetRoute]),
    lineageRoute,
    runsRoute,
    runRoute,
    backfillsRoute,
    backfillRoute,
    automationRoute,
    scheduleRoute,
    sensorRoute,
    conditionRoute,
    checksParentRoute.addChildren([checksRoute, checkRoute]),
    deploymentRoute,
  ]),
  parseSearch: parseSearchText,
  stringifySearch: formatSearchText,
  defaultPreload: "intent",
  defaultErrorComponent: ErrorPage,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    readonly router: typeof router;
  }
}
