import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { HeddleError } from "@heddle/core";

/** How the server's programs are run: PostgreSQL refuses to run as root, and does not run as a user without a name. */
export interface LaunchUser {
  /** Put before the program and its arguments. */
  readonly prefix: readonly string[];
  /** The user that the child process becomes, and that must own its files; `undefined` for this process's own. */
  readonly drop: { readonly uid: number; readonly gid: number } | undefined;
}

const SAME_USER: LaunchUser = { prefix: [], drop: undefined };
const NOBODY = 65_534;

/**
 * Chooses how to run the server on a directory of this process.
 *
 * As root it runs in a user namespace, where root is some ordinary user: files stay root's, and a home directory that
 * only its owner may enter stays reachable. Where that is not allowed, the child drops to an ordinary user, who must be
 * able to reach the directory.
 * @throws DATABASE_DIRECTORY_UNUSABLE
 */
export function chooseLaunchUser(directory: string): LaunchUser {
  // There are no such users on Windows.
  if (process.geteuid === undefined) return SAME_USER;
  const uid = process.geteuid();
  const owner = statSync(directory).uid;
  if (uid !== 0 && owner !== uid) throw ownedByAnother(directory, owner);
  if (uid !== 0 && hasName()) return SAME_USER;
  if (uid === 0 && owner !== 0) return dropTo(directory, owner);
  const ordinary = findOrdinaryUser();
  const prefix = ["unshare", "--user", `--map-user=${ordinary}`, "--"];
  if (spawnSync("unshare", [...prefix.slice(1), "true"]).status === 0) return { prefix, drop: undefined };
  if (uid !== 0) throw withoutName(uid);
  return dropTo(directory, NOBODY);
}

/** The command that runs a program as that user: the program to spawn, and its first arguments. */
export function asUser({ prefix }: LaunchUser, program: string): [program: string, ...args: string[]] {
  const [first, ...rest] = prefix;
  return first === undefined ? [program] : [first, ...rest, program];
}

function dropTo(directory: string, uid: number): LaunchUser {
  const drop = { uid, gid: uid };
  // Entering and writing are tried by that user, because any directory on the way may forbid it.
  const isReachable = spawnSync("test", ["-x", directory], { uid, gid: uid }).status === 0;
  if (!isReachable) throw unreachable(directory, uid);
  return { prefix: [], drop };
}

function hasName(): boolean {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
}

/** An ordinary user that the machine knows by name, because `initdb` looks its own name up. */
function findOrdinaryUser(): number {
  let uids: readonly number[] = [];
  try {
    uids = readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .map((line) => Number(line.split(":")[2]))
      .filter((uid) => uid > 0);
  } catch {
    // Machines without that file keep their users elsewhere; nobody is known to all of them.
  }
  return uids.find((uid) => uid >= 1000 && uid < NOBODY) ?? uids.find((uid) => uid === NOBODY) ?? uids[0] ?? NOBODY;
}

function ownedByAnother(directory: string, owner: number): HeddleError {
  return new HeddleError(
    "DATABASE_DIRECTORY_UNUSABLE",
    `the directory ${directory} belongs to another user (${owner})`,
    {
      hint: "Run Heddle as that user, or give it a directory of its own.",
      details: { directory, owner },
    },
  );
}

function withoutName(uid: number): HeddleError {
  return new HeddleError("DATABASE_DIRECTORY_UNUSABLE", `this process runs as the user ${uid}, which has no name`, {
    hint: "Add the user to /etc/passwd, allow user namespaces, or set DATABASE_URL to a PostgreSQL server.",
    details: { uid },
  });
}

function unreachable(directory: string, uid: number): HeddleError {
  return new HeddleError(
    "DATABASE_DIRECTORY_UNUSABLE",
    `PostgreSQL does not run as root, and the user ${uid} cannot reach ${directory}`,
    {
      hint: "Run Heddle as an ordinary user, allow user namespaces, or choose a directory that everybody may enter.",
      details: { directory, uid },
    },
  );
}
