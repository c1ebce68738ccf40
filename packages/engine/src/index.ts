// What every process and command needs. It is imported at the start of each of them: what they do is in the other entries.
export { findProject, type Project } from "./code-location/project.ts";
export { consoleLog, describeError, type EngineLog } from "./ports.ts";
export { runProcess, tellParent, type RunningProcess } from "./process-lifecycle.ts";
