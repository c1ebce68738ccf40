import { HeddleError } from "@heddle/core";

/** What the server is told by its environment. */
export interface ServerConfig {
  readonly databaseUrl: string;
  /** `undefined`: the first free one from the default on. */
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly catalogDirectory: string | undefined;
  readonly environment: string | undefined;
  /** Where people open the catalog. */
  readonly publicUrl: string | undefined;
}

const HIGHEST_PORT = 65_535;

/** Reads the configuration. @throws CONFIG_INVALID naming the variable */
export function readConfig(env: NodeJS.ProcessEnv): ServerConfig {
  const databaseUrl = text(env, "DATABASE_URL");
  if (databaseUrl === undefined) {
    throw new HeddleError("CONFIG_INVALID", "the environment variable DATABASE_URL is not set", {
      hint: "`heddle dev` sets it; a server that is started by itself needs it in its environment.",
    });
  }
  return {
    databaseUrl,
    port: readPort(env),
    host: text(env, "HEDDLE_HOST"),
    catalogDirectory: text(env, "HEDDLE_CATALOG_DIR"),
    environment: text(env, "HEDDLE_ENVIRONMENT"),
    publicUrl: text(env, "HEDDLE_PUBLIC_URL")?.replace(/\/+$/u, ""),
  };
}

function text(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name];
  return value === "" ? undefined : value;
}

function readPort(env: NodeJS.ProcessEnv): number | undefined {
  const value = text(env, "HEDDLE_PORT");
  if (value === undefined) return undefined;
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= HIGHEST_PORT) return port;
  throw new HeddleError("CONFIG_INVALID", `the environment variable HEDDLE_PORT is ${JSON.stringify(value)}`, {
    hint: `It has to be a whole number from 0 (any free port) to ${HIGHEST_PORT}.`,
  });
}
