/** What the command's exit code tells a script. */
export const EXIT = {
  ok: 0,
  /** The work was done and did not succeed: a run failed, definitions have problems. */
  failed: 1,
  /** The command was called wrongly. */
  usage: 2,
  /** Something that the command needs is not there: the database, the project, a port. */
  unavailable: 3,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
