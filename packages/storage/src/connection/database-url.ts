import { HeddleError } from "@heddle/core";

/** Where one server listens: a host with a port, or a Unix socket's path. */
export type ServerAddress = { readonly host: string; readonly port: number } | { readonly socketPath: string };

/** A database's address, taken apart. `label` names it for people and never holds the password. */
export interface DatabaseAddress {
  readonly servers: readonly ServerAddress[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  /** What `sslmode` asked for; `false` for no encryption. */
  readonly ssl: false | "require" | "prefer" | "verify-full";
  /** False behind a connection pooler that does not keep prepared statements. */
  readonly prepare: boolean;
  readonly label: string;
}

const DEFAULT_PORT = 5432;
const URL_FORM =
  /^postgres(?:ql)?:\/\/(?:(?<auth>[^@/]*)@)?(?<hosts>[^/?]*)(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/u;
const SSL_MODES: Record<string, DatabaseAddress["ssl"]> = {
  disable: false,
  allow: false,
  prefer: "prefer",
  require: "require",
  "verify-ca": "verify-full",
  "verify-full": "verify-full",
};

/**
 * Reads a connection URL as libpq does: `postgresql://user:password@host:port/database?sslmode=require`, several hosts
 * joined by commas, and Unix sockets as `postgresql://user@%2Frun%2Fpostgresql/database` or by `?host=/run/postgresql`.
 * `?prepare=false` turns prepared statements off.
 * @throws CONFIG_INVALID, without the password in the message
 */
export function parseDatabaseUrl(url: string): DatabaseAddress {
  const match = URL_FORM.exec(url);
  if (match?.groups === undefined) {
    throw invalid("it is not a PostgreSQL URL");
  }
  const { auth = "", hosts = "", database = "", query = "" } = match.groups;
  const parameters = new URLSearchParams(query);
  const [user = "", ...password] = auth.split(":");
  const servers = (hosts === "" ? (parameters.get("host") ?? "localhost") : hosts)
    .split(",")
    .map((host) => parseServer(host, parameters.get("port")));
  const name = decode(database) || parameters.get("dbname") || undefined;
  return {
    servers,
    user: decode(user) || undefined,
    password: decode(password.join(":")) || undefined,
    database: name,
    ssl: parseSslMode(parameters.get("sslmode"), servers),
    prepare: parameters.get("prepare") !== "false",
    label: `${servers.map(formatServer).join(",")}/${name ?? ""}`,
  };
}

/** Names a server for people. */
export function formatServer(server: ServerAddress): string {
  if ("socketPath" in server) return server.socketPath;
  return server.host.includes(":") ? `[${server.host}]:${server.port}` : `${server.host}:${server.port}`;
}

function parseServer(text: string, portParameter: string | null): ServerAddress {
  const match = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>\d+))?$/u.exec(text);
  if (match?.groups === undefined) throw invalid(`the host "${decode(text)}" cannot be read`);
  const host = decode(match.groups["host"] ?? "").replace(/^\[|\]$/gu, "");
  const port = Number(match.groups["port"] ?? portParameter ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid(`${port} is not a port`);
  return host.startsWith("/") ? { socketPath: `${host}/.s.PGSQL.${port}` } : { host: host || "localhost", port };
}

function parseSslMode(mode: string | null, servers: readonly ServerAddress[]): DatabaseAddress["ssl"] {
  if (mode === null) return servers.every(isOnThisMachine) ? false : "prefer";
  const ssl = SSL_MODES[mode];
  if (ssl === undefined) throw invalid(`sslmode "${mode}" is not known`);
  return ssl;
}

function isOnThisMachine(server: ServerAddress): boolean {
  return "socketPath" in server || ["localhost", "127.0.0.1", "::1"].includes(server.host);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("it holds a % that is not followed by two hex digits");
  }
}

function invalid(reason: string): HeddleError {
  return new HeddleError("CONFIG_INVALID", `the database URL cannot be used: ${reason}`, {
    hint: "Write it as postgresql://user:password@host:5432/database, with reserved characters as %XX.",
  });
}
