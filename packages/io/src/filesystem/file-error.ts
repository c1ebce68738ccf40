import { HeddleError, isHeddleError } from "@heddle/core";
import type { StoreOperation } from "../store-error.ts";

/** The code of a system error, such as `ENOENT`. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** No space, no quota, a file larger than allowed: a retry on this disk cannot succeed by itself. */
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
/** The place is wrong or not ours: nothing that passes by itself. */
const PERMANENT = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENAMETOOLONG"]);
/** What `link()` answers on file systems without hard links (FAT, exFAT, some network mounts). */
const UNSUPPORTED = new Set(["ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EPERM", "EMLINK"]);

/** Turns a system error into one that says what the store was doing and what to do about it. */
export function fileError(error: unknown, operation: StoreOperation): unknown {
  const code = systemErrorCode(error);
  // Our own errors and an abort's reason pass through as they are.
  if (code === undefined || isHeddleError(error) || code === "ABORT_ERR") return error;
  const { verb, location } = operation;
  const options = { details: { location, code }, cause: error };
  if (FULL.has(code)) {
    return new HeddleError("IO_STORE_FULL", `cannot ${verb} ${location}: no space left (${code})`, {
      ...options,
      hint: "Free space on the disk that holds the store or enlarge it, then retry what failed.",
    });
  }
  return new HeddleError("IO_STORE_FAILED", `cannot ${verb} ${location} (${code})`, {
    ...options,
    details: { location, code, ...(PERMANENT.has(code) && { permanent: true }) },
    hint: hintFor(code, verb),
  });
}

function hintFor(code: string, verb: string): string {
  if (code === "EEXIST" || code === "ENOTDIR")
    return "A file lies where a directory has to be: remove it, or name another.";
  if (code === "EACCES" || code === "EROFS" || (code === "EPERM" && verb !== "link"))
    return "Give the user that runs Heddle the right to write into the store.";
  if (code === "EMFILE" || code === "ENFILE") return "Raise the limit of open files (ulimit -n), then retry.";
  if (verb === "link" && UNSUPPORTED.has(code)) {
    return "The store needs a file system with hard links; put its directory on another disk.";
  }
  return "Look at the disk and the mount that hold the store, then retry what failed.";
}
