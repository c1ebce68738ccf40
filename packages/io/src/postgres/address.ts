import { HeddleError } from "@heddle/core";

/** Where one server listens: a host with a port, or a Unix socket's path. */
export type ServerAddress = { readonly host: string; readonly port: number } | { readonly socketPath: string };

/** A database's address, taken apart. `label` names it for people and never holds the password. */
export interface PostgresAddress {
  readonly server: ServerAddress;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  /** What `sslmode` asked for. */
  readonly tls: "off" | "prefer" | "require" | "verify";
  readonly label: string;
}

const DEFAULT_PORT = 5432;
const URL_FORM =
  /^postgres(?:ql)?:\/\/(?:(?<auth>[^@/]*)@)?(?<host>[^/?,]*)(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/u;
const TLS_MODES: Readonly<Record<string, PostgresAddress["tls"]>> = {
  disable: "off",
  allow: "off",
  prefer: "prefer",
  require: "require",
  "verify-ca": "verify",
  "verify-full": "verify",
};

/**
 * Reads a connection URL as libpq does: `postgresql://user:password@host:port/database?sslmode=require`, and Unix
 * sockets as `postgresql://user@%2Frun%2Fpostgresql/database` or by `?host=/run/postgresql`. Without `sslmode`,
 * connections to other machines are encrypted when the server can.
 *
 * @throws CONFIG_INVALID, without anything of the URL in the message that could be a password
 */
export function parsePostgresUrl(url: string): PostgresAddress {
  const groups = URL_FORM.exec(url)?.groups;
  if (groups === undefined) throw invalid("it is not the URL of one PostgreSQL database");
  const { auth = "", host = "", database = "", query = "" } = groups;
  const parameters = new URLSearchParams(query);
  const [user = "", ...password] = auth.split(":");
  const server = parseServer(host === "" ? (parameters.get("host") ?? "localhost") : host, parameters.get("port"));
  const name = decode(database) || parameters.get("dbname") || undefined;
  return {
    server,
    user: decode(user) || parameters.get("user") || undefined,
    password: decode(password.join(":")) || parameters.get("password") || undefined,
    database: name,
    tls: parseTls(parameters.get("sslmode"), server),
    label: `${formatServer(server)}/${name ?? ""}`,
  };
}

function formatServer(server: ServerAddress): string {
  if ("socketPath" in server) return server.socketPath;
  return server.host.includes(":") ? `[${server.host}]:${server.port}` : `${server.host}:${server.port}`;
}

function parseServer(text: string, portParameter: string | null): ServerAddress {
  const groups = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>\d+))?$/u.exec(text)?.groups;
  if (groups === undefined) throw invalid("its host cannot be read");
  const host = decode(groups["host"] ?? "").replace(/^\[|\]$/gu, "");
  const port = Number(groups["port"] ?? portParameter ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid(`${port} is not a port`);
  return host.startsWith("/") ? { socketPath: `${host}/.s.PGSQL.${port}` } : { host: host || "localhost", port };
}

function parseTls(mode: string | null, server: ServerAddress): PostgresAddress["tls"] {
  if (mode === null) return isOnThisMachine(server) ? "off" : "prefer";
  const tls = TLS_MODES[mode];
  if (tls === undefined) throw invalid(`sslmode "${mode}" is not known`);
  return tls;
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
  return new HeddleError("CONFIG_INVALID", `the URL of a PostgreSQL database cannot be used: ${reason}`, {
    hint: "Write it as postgresql://user:password@host:5432/database, with reserved characters as %XX.",
  });
}
