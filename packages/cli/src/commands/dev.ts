import { HeddleError } from "@heddle/core";
import { findProject } from "@heddle/engine";
import { randomUUID } from "node:crypto";
import { openApi, type ProjectApi } from "../api-client.ts";
import { ProcessGroup } from "../engine-processes.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { followRun } from "../follow-run.ts";
import { formatDuration, paint, print } from "../terminal.ts";

/** Options of `heddle dev`. */
export interface DevOptions {
  readonly project: string;
  readonly port?: string;
  readonly firstRun?: boolean;
}

/** `heddle dev`: the whole of Heddle on this machine, until Ctrl-C. */
export async function dev(options: DevOptions): Promise<ExitCode> {
  const began = performance.now();
  const stopped = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopped.resolve());
  findProject(options.project);
  await using project = await openApi(options.project);
  const loaded = Promise.withResolvers<void>();
  const group = new ProcessGroup({
    project: project.project,
    databaseUrl: project.deployment.databaseUrl,
    watch: true,
    env: { HEDDLE_LOG: process.env["HEDDLE_LOG"] ?? "warn", ...portSettings(options.port) },
    onMessage: (_, message) => {
      if (message.type === "loaded") loaded.resolve();
    },
    onDied: (name, how, restartInMs) =>
      print(paint.yellow(`the ${name} died (${how}); it is started again in ${formatDuration(restartInMs)}`)),
  });
  try {
    const [server] = await Promise.all([group.start("server"), group.start("daemon"), group.start("worker")]);
    print(`Heddle catalog: ${server.address ?? ""}`);
    print(paint.dim(`ready in ${formatDuration(performance.now() - began)}; Ctrl-C stops everything`));
    if (options.firstRun) {
      await Promise.race([loaded.promise.then(() => firstRun(project)), stopped.promise]);
    }
    await stopped.promise;
    print("\nstopping …");
  } finally {
    await group.stop();
  }
  return EXIT.ok;
}

/** A port that was asked for is the only one that will do; without one, the next free port is taken. */
function portSettings(option: string | undefined): NodeJS.ProcessEnv {
  const text = option ?? process.env["HEDDLE_PORT"];
  if (text === undefined || text === "") return {};
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new HeddleError("CONFIG_INVALID", `the port ${JSON.stringify(text)} is not a port`, {
      hint: "Give a number from 1 to 65535 with --port or HEDDLE_PORT.",
    });
  }
  return { HEDDLE_PORT: String(port) };
}

/** Materializes everything once, when nothing ever was: a new user sees real data at once. */
async function firstRun(project: ProjectApi): Promise<void> {
  const { items } = await project.api.runs.list({ limit: 1 });
  if (items.length > 0) return;
  const request = { selection: "*", partitions: { kind: "all" } } as const;
  const preview = await project.api.plan.preview(request);
  if (preview.total === 0) return;
  print(`Nothing was ever materialized. ${preview.effect} …`);
  const result = await project.api.plan.launch({
    ...request,
    planHash: preview.hash,
    at: preview.at,
    idempotencyKey: `first-run-${randomUUID()}`,
  });
  if (result.kind === "launched") await followRun(project, result.runId, { cancelOnInterrupt: false });
}
