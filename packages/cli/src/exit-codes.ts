/** What the command's exit code tells a script. */
export const EXIT = {
  ok: 0,
  /** The work was done and did not succeed: a run failed, definitions have problems. */
  failed: 1,
  /** The command was called wrongly: an unknown option, asset, partition or run. */
  usage: 2,
  /** Something that the command needs is not there: the database, the project, a port, room on the disk. */
  unavailable: 3,
  /** A defect of Heddle. */
  internal: 4,
  /** Stopped by a hang-up of the terminal, by Ctrl-C, by SIGTERM: 128 and the signal's number, as shells do. */
  hangUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
