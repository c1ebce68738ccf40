import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { Hono } from "hono";
import { compress } from "hono/compress";
import { correlationIdOf, isUnexpected } from "../api-error.ts";
import { actorOfRequest } from "../audit/actor-of-request.ts";
import type { ApiState } from "../api-state.ts";
import { appRouter } from "../routers/app.ts";
import type { ServerLog } from "../server-log.ts";
import { WEBHOOK_PATH, WebhookReceiver } from "../webhooks/receive-webhook.ts";
import { limitBody } from "./limit-body.ts";
import { refuse } from "./refusal.ts";
import { batchGuard, hostGuard, MAX_BATCH_SIZE, originGuard } from "./request-guards.ts";
import { securityHeaders } from "./security-headers.ts";
import { snapshotAnswers } from "./snapshot-answers.ts";
import type { StaticCatalog } from "./static-catalog.ts";

/** Where the procedures are. */
export const API_PATH = "/api/trpc";

export interface AppOptions {
  readonly state: ApiState;
  readonly log: ServerLog;
  /** `null` serves the API alone. */
  readonly catalog: StaticCatalog | null;
  /** The port on which requests come in; asked for at each request. */
  readonly port: () => number;
  /** Where the secrets of webhook sensors are. @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Puts together what answers requests, from the guards inward. */
export function createApp({ state, log, catalog, port, environment = process.env }: AppOptions): Hono {
  const app = new Hono();
  app.use(securityHeaders(catalog?.scriptHashes ?? []));
  const webhooks = new WebhookReceiver(state, environment);
  // Before the guards against foreign pages: these come from anywhere, through whatever name, and prove themselves by a
  // signature, which no page of another site can make.
  app.post(WEBHOOK_PATH, limitBody, (context) => webhooks.receive(context));
  app.use(hostGuard(port));
  app.use(compress());
  app.get("/healthz", (context) => context.json({ status: "ok" }, 200, { "cache-control": "no-store" }));
  app.use("/api/*", originGuard, batchGuard);
  app.use("/api/*", limitBody);
  app.use(`${API_PATH}/assets.snapshot`, snapshotAnswers(state));
  app.all(`${API_PATH}/*`, (context) =>
    fetchRequestHandler({
      endpoint: API_PATH,
      req: context.req.raw,
      router: appRouter,
      createContext: () => ({ state, actor: actorOfRequest(context.req.raw.headers) }),
      maxBatchSize: MAX_BATCH_SIZE,
      // Queries with a large input come by POST; the guards treat every POST as a change.
      allowMethodOverride: true,
      responseMeta: () => ({ headers: new Headers({ "cache-control": "no-store" }) }),
      onError: ({ error, path }) => {
        if (isUnexpected(error))
          log.error(`${path ?? "a request"} failed (${correlationIdOf(error)})`, error.cause ?? error);
      },
    }),
  );
  app.all("/api/*", (context) => refuse(context, 404, "API_PROCEDURE_UNKNOWN"));
  if (catalog !== null) app.use(catalog.middleware);
  app.notFound((context) => refuse(context, 404, "API_PROCEDURE_UNKNOWN"));
  app.onError((error, context) => {
    log.error(`${context.req.method} ${context.req.path} failed`, error);
    return refuse(context, 500, "INTERNAL");
  });
  return app;
}
