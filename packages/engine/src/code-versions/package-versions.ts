import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The framework's own packages: another version of them does not make another asset of the same code. */
const OWN_SCOPE = "@heddle/";

/**
 * Looks up versions of the packages that are installed for a project, each once.
 *
 * @param directory absolute, of the project
 * @returns `undefined` for Heddle's own packages, for modules of Node, and for what is not installed
 */
export function installedVersions(directory: string): (name: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (name) => {
    if (!known.has(name)) known.set(name, name.startsWith(OWN_SCOPE) ? undefined : readVersion(directory, name));
    return known.get(name);
  };
}

function readVersion(directory: string, name: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const version = versionIn(join(at, "node_modules", name, "package.json"));
    if (version !== undefined || at === dirname(at)) return version;
  }
}

function versionIn(path: string): string | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof manifest !== "object" || manifest === null || !("version" in manifest)) return undefined;
    return typeof manifest.version === "string" ? manifest.version : undefined;
  } catch {
    // Not there, or not to be read: what imports it finds out by itself.
    return undefined;
  }
}
