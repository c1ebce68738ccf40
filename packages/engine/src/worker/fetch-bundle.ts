import { HeddleError } from "@heddle/core";
import { getCodeVersion, type Database } from "@heddle/storage";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { placeBundle } from "../code-location/bundle.ts";

/** Where a code version's bundle lies on this machine. */
export interface LocalBundle {
  readonly bundle: string;
  readonly projectDirectory: string;
}

/**
 * Puts the bundle of a code version into its project on this machine, and verifies that it is the one that its hash names.
 *
 * @throws CODE_VERSION_MISSING, CODE_VERSION_CORRUPT
 */
export async function fetchBundle(db: Database, codeVersionId: number): Promise<LocalBundle> {
  const version = await getCodeVersion(db, codeVersionId);
  if (version === undefined) {
    throw new HeddleError("CODE_VERSION_MISSING", `code version ${codeVersionId} is not in the database`, {
      hint: "It was removed by retention or the database was restored; launch the run again with the current code.",
    });
  }
  const code = gunzipSync(version.bundle);
  if (createHash("sha256").update(code).digest("hex") !== version.hash) {
    throw new HeddleError(
      "CODE_VERSION_CORRUPT",
      `the bundle of code version ${version.hash.slice(0, 12)} does not match its hash`,
      {
        hint: "Load the project again, and launch the run again.",
      },
    );
  }
  const stateDirectory = join(version.directory, ".heddle");
  return { bundle: placeBundle({ stateDirectory }, { hash: version.hash, code }), projectDirectory: version.directory };
}
