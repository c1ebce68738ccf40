import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { HeddleError } from "@heddle/core";

/** A user's project: where it lies and which module declares its definitions. */
export interface Project {
  /** Name of its code location: the package's name, else the directory's. */
  readonly name: string;
  readonly directory: string;
  /** Absolute path of the module whose default export is `definitions({ … })`. */
  readonly entry: string;
  /** Directory for what Heddle keeps beside the project: bundles, the embedded database, the default store. */
  readonly stateDirectory: string;
}

/** Where definitions are looked for, in this order, when `package.json` names none. */
const ENTRY_CANDIDATES = ["src/definitions.ts", "definitions.ts", "src/definitions.js", "definitions.js", "heddle.ts"];

/**
 * Finds the project in a directory. `package.json` may name the module: `{"heddle": {"definitions": "src/assets.ts"}}`.
 *
 * @throws CODE_LOCATION_NOT_FOUND when there is no such directory or no module with definitions.
 */
export function findProject(directory: string): Project {
  const root = resolve(directory);
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    throw new HeddleError("CODE_LOCATION_NOT_FOUND", `there is no directory ${root}`, {
      hint: "Give the directory of a project that declares assets.",
    });
  }
  const manifest = readManifest(join(root, "package.json"));
  const declared = manifest.heddle?.definitions;
  const candidates = declared === undefined ? ENTRY_CANDIDATES : [declared];
  const found = candidates.map((candidate) => join(root, candidate)).find((path) => existsSync(path));
  if (found === undefined) {
    throw new HeddleError(
      "CODE_LOCATION_NOT_FOUND",
      `${root} has no module with definitions (looked for ${candidates.join(", ")})`,
      {
        hint:
          "Write `export default definitions({ assets: [] })` into src/definitions.ts, or name the module in package.json: " +
          '{"heddle": {"definitions": "path/to/module.ts"}}.',
      },
    );
  }
  return {
    name: manifest.name ?? basename(root),
    directory: root,
    entry: found,
    stateDirectory: join(root, ".heddle"),
  };
}

interface Manifest {
  readonly name?: string;
  readonly heddle?: { readonly definitions?: string };
}

function readManifest(path: string): Manifest {
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Manifest;
  } catch (cause) {
    throw new HeddleError("CODE_LOCATION_NOT_FOUND", `${path} is not valid JSON`, {
      hint: "Correct the file; Heddle reads the project's name and the place of its definitions from it.",
      cause,
    });
  }
}
