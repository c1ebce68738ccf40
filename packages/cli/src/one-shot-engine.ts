import { HeddleError } from "@heddle/core";
import { ProcessGroup } from "./engine-processes.ts";
import type { ProjectApi } from "./api-client.ts";
import { createBundler, loadDefinitions } from "@heddle/engine";
import { print } from "./terminal.ts";

/**
 * Runs `action` with a daemon and a worker: those of a running deployment, or ones that are started for it and stopped
 * afterwards. Without a daemon that keeps the project loaded, the definitions are loaded first, so that errors in them
 * are shown as themselves.
 */
export async function withEngine<TResult>(
  project: ProjectApi,
  { needsWorker }: { readonly needsWorker: boolean },
  action: () => Promise<TResult>,
): Promise<TResult> {
  const health = await project.api.deployment.get({});
  const loaded = Promise.withResolvers<void>();
  const group = new ProcessGroup({
    project: project.project,
    databaseUrl: project.deployment.databaseUrl,
    watch: false,
    env: { HEDDLE_LOG: "warn" },
    onMessage: (_, message) => {
      if (message.type === "loaded") loaded.resolve();
      if (message.type === "load-failed") loaded.reject(new HeddleError("CODE_LOCATION_LOAD_FAILED", message.message));
    },
    onDied: (name, how) => print(`the ${name} died (${how}) and is started again`),
  });
  try {
    if (!health.daemon.alive) {
      await validate(project);
      await Promise.all([group.start("daemon"), needsWorker ? group.start("worker") : undefined, loaded.promise]);
    }
    return await action();
  } finally {
    await group.stop();
  }
}

async function validate({ project }: ProjectApi): Promise<void> {
  const bundler = await createBundler(project);
  try {
    await loadDefinitions(project, await bundler.build());
  } finally {
    await bundler.dispose();
  }
}
