import { createHash } from "node:crypto";
import { chown, lstat, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SUPERUSER } from "./cluster.ts";
import type { LaunchUser } from "./launch-user.ts";

/** Where a server listens. */
export interface Endpoint {
  readonly settings: Readonly<Record<string, string>>;
  /** Connection URL with the password. */
  readonly url: (password: string) => string;
}

const SOCKET_PORT = 5432;
/** The kernel's limit on a socket's path is 107 bytes on Linux and 103 on macOS. */
const MAX_SOCKET_PATH_BYTES = 103;

/**
 * Chooses where the server listens: on a Unix socket in the directory, else in a short directory for temporary files,
 * else on a free port of 127.0.0.1. A socket is faster, and nobody else on the machine can even try a password.
 */
export async function chooseEndpoint(directory: string, user: LaunchUser, listen: "auto" | "tcp"): Promise<Endpoint> {
  if (listen === "auto" && process.platform !== "win32") {
    const short = createHash("sha256").update(directory).digest("hex").slice(0, 16);
    for (const candidate of [join(directory, "socket"), join(tmpdir(), `heddle-${short}`)]) {
      if (fitsSocketPath(candidate) && (await prepareSocketDirectory(candidate, user)))
        return socketEndpoint(candidate);
    }
  }
  return tcpEndpoint(await choosePort(join(directory, "port")));
}

/** Says how a server that runs already can be reached. */
export function endpointOf(server: { readonly socketDirectory: string; readonly port: number }): Endpoint {
  return server.socketDirectory === "" ? tcpEndpoint(server.port) : socketEndpoint(server.socketDirectory);
}

function socketEndpoint(socketDirectory: string): Endpoint {
  return {
    settings: { listen_addresses: "", unix_socket_directories: socketDirectory, port: String(SOCKET_PORT) },
    url: (password) =>
      `postgresql://${SUPERUSER}:${password}@${encodeURIComponent(socketDirectory)}:${SOCKET_PORT}/postgres`,
  };
}

function tcpEndpoint(port: number): Endpoint {
  return {
    settings: { listen_addresses: "127.0.0.1", unix_socket_directories: "", port: String(port) },
    url: (password) => `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`,
  };
}

function fitsSocketPath(socketDirectory: string): boolean {
  return Buffer.byteLength(join(socketDirectory, `.s.PGSQL.${SOCKET_PORT}`)) <= MAX_SOCKET_PATH_BYTES;
}

/** Makes a directory that only its owner may enter; false when the name is taken by something else. */
async function prepareSocketDirectory(path: string, user: LaunchUser): Promise<boolean> {
  await mkdir(path, { mode: 0o700, recursive: true });
  if (user.drop !== undefined) await chown(path, user.drop.uid, user.drop.gid);
  const found = await lstat(path);
  const owner = user.drop?.uid ?? process.geteuid?.() ?? found.uid;
  if (!found.isDirectory() || found.uid !== owner || (found.mode & 0o077) !== 0) return false;
  // No server runs on this directory here, so what lies in it is left over from one that was killed.
  await rm(join(path, `.s.PGSQL.${SOCKET_PORT}`), { force: true });
  await rm(join(path, `.s.PGSQL.${SOCKET_PORT}.lock`), { force: true });
  return true;
}

/** The port of the last start if it is still free, so that addresses stay valid, else any. */
async function choosePort(path: string): Promise<number> {
  const last = Number.parseInt(await readFile(path, "utf8").catch(() => ""), 10);
  const port = last > 0 && (await isFree(last)) ? last : await findFreePort();
  await writeFile(path, `${port}\n`);
  return port;
}

function isFree(port: number): Promise<boolean> {
  return bind(port).then(
    () => true,
    () => false,
  );
}

function findFreePort(): Promise<number> {
  return bind(0);
}

function bind(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1" }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : port));
    });
  });
}
