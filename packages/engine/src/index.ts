export { findProject, type Project } from "./code-location/project.ts";
export { createBundler, type Bundle, type Bundler } from "./code-location/bundle.ts";
export { loadDefinitions, type LoadOptions } from "./code-location/load-definitions.ts";
export { startDaemon, type Daemon, type DaemonOptions } from "./daemon/daemon.ts";
export { consoleLog, describeError, type EngineLog } from "./ports.ts";
export { startWorker, type Worker, type WorkerOptions } from "./worker/worker.ts";
export type { DefaultsConfig, DeploymentDefaults } from "./worker/protocol.ts";
export { runProcess, tellParent } from "./process-lifecycle.ts";
