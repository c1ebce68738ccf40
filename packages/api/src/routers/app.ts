import type { ActivityEvent, Page } from "../contract.ts";
import { readEvents } from "../events/event-list.ts";
import { streamEvents } from "../events/stream-events.ts";
import { eventListInput } from "../inputs/assets.ts";
import { eventStreamInput } from "../inputs/deployment.ts";
import { procedure, router } from "../trpc.ts";
import { assetsRouter, checksRouter, selectionRouter } from "./assets.ts";
import { homeRouter } from "./home.ts";
import { lineageRouter } from "./lineage.ts";
import { deploymentRouter } from "./deployment.ts";
import { notificationsRouter } from "./notifications.ts";
import { automationRouter, freshnessRouter } from "./automation.ts";
import { codeRouter } from "./code.ts";
import { columnsRouter } from "./columns.ts";
import { partitionsRouter } from "./partitions.ts";
import { planRouter } from "./plan.ts";
import { poolsRouter } from "./pools.ts";
import { runsRouter } from "./runs.ts";
import { schedulesRouter, sensorsRouter } from "./ticks.ts";
import { favouritesRouter, viewsRouter } from "./views.ts";

/** Every procedure of the API. */
export const appRouter = router({
  assets: assetsRouter,
  automation: automationRouter,
  checks: checksRouter,
  code: codeRouter,
  columns: columnsRouter,
  deployment: deploymentRouter,
  events: router({
    list: procedure
      .input(eventListInput)
      .query(({ ctx, input }): Promise<Page<ActivityEvent>> => readEvents(ctx.state, input)),
    stream: procedure
      .input(eventStreamInput)
      .subscription(({ ctx, input, signal }) => streamEvents(ctx.state, input.lastEventId ?? null, signal)),
  }),
  favourites: favouritesRouter,
  home: homeRouter,
  lineage: lineageRouter,
  notifications: notificationsRouter,
  freshness: freshnessRouter,
  partitions: partitionsRouter,
  plan: planRouter,
  pools: poolsRouter,
  runs: runsRouter,
  schedules: schedulesRouter,
  sensors: sensorsRouter,
  selection: selectionRouter,
  views: viewsRouter,
});

/** The type from which a client infers every input and output. */
export type AppRouter = typeof appRouter;
