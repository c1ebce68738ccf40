export { startDaemon, type Daemon, type DaemonOptions, type NotificationSettings } from "./daemon.ts";
