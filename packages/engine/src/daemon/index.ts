export { AutomationLoop, type AutomationLoopOptions } from "./automation/automation-loop.ts";
export { startDaemon, type Daemon, type DaemonOptions, type NotificationSettings } from "./daemon.ts";
