import { HeddleError } from "@heddle/core";
import { systemCode } from "./system-error.ts";

/** How much of the server's own words goes into an error. */
const EXCERPT_LENGTH = 2_000;

/** Says why one of the server's programs did not do its work, from its output and from how it failed. */
export function startFailed(program: string, output: string, cause?: unknown): HeddleError {
  const excerpt = output.trim().slice(-EXCERPT_LENGTH);
  const details = { program, output: excerpt };
  const options = { details, ...(cause !== undefined && { cause }) };
  if (/No space left on device|ENOSPC|Disk quota exceeded/u.test(output) || systemCode(cause) === "ENOSPC") {
    return new HeddleError("DATABASE_DISK_FULL", `the disk is full: ${program} cannot go on`, {
      ...options,
      hint: "Free space on the disk of the database's directory and start again; nothing that was acknowledged is lost.",
    });
  }
  const cannotRun = /Exec format error|error while loading shared libraries|Bad CPU type|cannot execute/iu;
  if (cannotRun.test(output) || ["ENOEXEC", "EACCES", "ENOENT"].includes(systemCode(cause) ?? "")) {
    return new HeddleError(
      "DATABASE_BINARY_UNUSABLE",
      `${program} does not run on this machine: ${lastLine(excerpt, cause)}`,
      {
        ...options,
        hint: "The binaries need glibc and the package of this platform; otherwise set DATABASE_URL to a PostgreSQL server.",
      },
    );
  }
  return new HeddleError("DATABASE_START_FAILED", `${program} failed: ${lastLine(excerpt, cause)}`, {
    ...options,
    hint: "Read its words in `details.output`, or set DATABASE_URL to a PostgreSQL server.",
  });
}

function lastLine(output: string, cause: unknown): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const telling = lines.findLast((line) => /FATAL|PANIC|error:/u.test(line)) ?? lines.at(-1);
  return telling ?? (cause instanceof Error ? cause.message : "it gave no reason");
}

/** Something else than the server of the directory answers at its address. */
export function notOurs(directory: string, found: string): HeddleError {
  return new HeddleError("DATABASE_DIRECTORY_UNUSABLE", `the server that should serve ${directory} serves ${found}`, {
    hint: "Another server took the address over: end it, or choose another directory.",
    details: { directory, found },
  });
}

/** The directory cannot be made or entered. */
export function directoryUnusable(directory: string, cause: unknown): HeddleError {
  const code = systemCode(cause);
  if (code === "ENOSPC" || code === "EDQUOT") return startFailed("mkdir", "", cause);
  return new HeddleError(
    "DATABASE_DIRECTORY_UNUSABLE",
    `the directory ${directory} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
    { hint: "Choose a directory that this user may write to.", details: { directory, reason: code ?? null }, cause },
  );
}
