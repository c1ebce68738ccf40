import net from "node:net";
import tls from "node:tls";
import { beforeAbort } from "../before-abort.ts";
import { systemErrorCode } from "../filesystem/file-error.ts";
import type { PostgresAddress, ServerAddress } from "./address.ts";

/** Asks the server whether it speaks TLS: length 8, code 80877103. */
const TLS_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const TLS_ACCEPTED = "S".charCodeAt(0);
/** After this time without traffic the system asks whether the peer is still there. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Opens a socket to a server, encrypted as the address asks for. The encryption is begun here and not by postgres.js, so
 * that what it hands back is the very stream on which rows travel.
 *
 * @throws system errors, and errors with the codes `TLS_REFUSED` and `TLS_UNTRUSTED`
 */
export async function dial({ server, tls: mode }: PostgresAddress, signal: AbortSignal): Promise<net.Socket> {
  const socket = await open(server, signal);
  if (mode === "off") return socket;
  return encrypt(socket, { server, mode, signal });
}

async function open(server: ServerAddress, signal: AbortSignal): Promise<net.Socket> {
  const socket =
    "socketPath" in server
      ? net.connect({ path: server.socketPath })
      : net.connect({ port: server.port, host: server.host, noDelay: true });
  await until(socket, "connect", signal);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return socket;
}

async function encrypt(
  socket: net.Socket,
  options: { readonly server: ServerAddress; readonly mode: PostgresAddress["tls"]; readonly signal: AbortSignal },
): Promise<net.Socket> {
  const { server, mode, signal } = options;
  socket.write(TLS_REQUEST);
  const answer = await until(socket, "data", signal);
  // More than the one byte would be something that somebody in between has put there.
  const isAccepted = Buffer.isBuffer(answer) && answer.length === 1 && answer[0] === TLS_ACCEPTED;
  if (!isAccepted && mode === "prefer") return socket;
  if (!isAccepted) throw Object.assign(new Error("the server does not speak TLS"), { code: "TLS_REFUSED" });
  const host = "host" in server ? server.host : undefined;
  const secured = tls.connect({
    socket,
    ...(host !== undefined && net.isIP(host) === 0 && { servername: host }),
    ...(host !== undefined && { host }),
    rejectUnauthorized: mode === "verify",
  });
  try {
    await until(secured, "secureConnect", signal);
  } catch (error) {
    if (!isOfTls(error)) throw error;
    throw Object.assign(new Error(`the encryption failed: ${error.message}`, { cause: error }), {
      code: "TLS_UNTRUSTED",
    });
  }
  return secured;
}

/** A certificate that is not trusted, or no common ground: neither the network's failure nor a signal. */
function isOfTls(error: unknown): error is Error {
  const code = systemErrorCode(error);
  return error instanceof Error && code !== undefined && !/^(?:E[A-Z]+$|CONNECTION_)/u.test(code);
}

/** Waits for an event; the socket's end or failure before it is an error, as is the signal. */
async function until(
  socket: net.Socket,
  event: "connect" | "data" | "secureConnect",
  signal: AbortSignal,
): Promise<unknown> {
  const reached = Promise.withResolvers<unknown>();
  const hungUp = (): void =>
    reached.reject(Object.assign(new Error("the server hung up"), { code: "CONNECTION_CLOSED" }));
  socket.once(event, reached.resolve).once("error", reached.reject).once("close", hungUp);
  try {
    return await beforeAbort(reached.promise, signal);
  } catch (error) {
    // Its failures are no news any more.
    socket.on("error", () => undefined).destroy();
    throw error;
  } finally {
    socket.off(event, reached.resolve).off("error", reached.reject).off("close", hungUp);
  }
}
