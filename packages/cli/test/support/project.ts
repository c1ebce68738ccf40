import { generateProject, type GeneratedProject } from "@heddle/test-support";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));

/** A project of a user that exists for the length of a test; `definitions` is its `src/definitions.ts`. */
export function createProject(name: string, definitions: string): GeneratedProject {
  return generateProject({
    name,
    within: PACKAGE,
    files: { "src/definitions.ts": definitions, "catalog/index.html": "<!doctype html><title>Heddle</title>" },
  });
}
