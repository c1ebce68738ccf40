export type { DefaultsConfig, DeploymentDefaults } from "./protocol.ts";
export { startWorker, type Worker, type WorkerOptions } from "./worker.ts";
