export { createBundler, type Bundle, type Bundler } from "./bundle.ts";
export { loadDefinitions, type LoadOptions } from "./load-definitions.ts";
