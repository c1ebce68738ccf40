import { HeddleError, type Definitions } from "@heddle/core";
import { hasBrand } from "@heddle/core/internal";
import { pathToFileURL } from "node:url";

/** Imports a bundle and gives its definitions. They were validated when it was loaded. @throws CODE_LOCATION_NO_DEFINITIONS */
export async function importDefinitions(bundle: string): Promise<Definitions> {
  const module = (await import(pathToFileURL(bundle).href)) as { readonly default?: unknown };
  // The brand says what it is; the type cannot follow it through a dynamic import.
  if (hasBrand(module.default, "definitions")) return module.default as Definitions;
  throw new HeddleError("CODE_LOCATION_NO_DEFINITIONS", "the module has no definitions as its default export");
}
