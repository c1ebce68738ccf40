export { startDaemon, type Daemon, type DaemonOptions } from "./daemon.ts";
