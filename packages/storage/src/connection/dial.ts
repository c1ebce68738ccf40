import net from "node:net";
import { formatServer, type ServerAddress } from "./database-url.ts";

/** A socket that knows its peer's name, which postgres.js reads for TLS and for its messages. */
interface NamedSocket extends net.Socket {
  host?: string;
  port?: number;
}

/** Opens sockets for one connection, each server at most once. */
export interface Dialer {
  /** Connects to the next server that accepts. @throws the last failure, when none is left */
  readonly dial: () => Promise<net.Socket>;
  /** Ends it: no socket is opened any more, and the one that is open is closed, by force if its peer is silent. */
  readonly retire: () => void;
}

/** How long a farewell may take before the socket is torn down, in milliseconds. */
const FAREWELL_MS = 500;

/**
 * Makes a dialer that goes through `servers` once. It is what keeps postgres.js from connecting again by itself: a
 * statement of a transaction must never run on a connection that did not see its `begin`, and a server that hangs up
 * during start-up must not be tried for ever.
 */
export function createDialer(servers: readonly ServerAddress[]): Dialer {
  let next = 0;
  let isRetired = false;
  let failure: unknown;
  let current: net.Socket | undefined;
  return {
    retire: () => {
      isRetired = true;
      const socket = current;
      setTimeout(() => socket?.destroy(), FAREWELL_MS).unref();
    },
    dial: async () => {
      while (!isRetired && next < servers.length) {
        const server = servers[next];
        next += 1;
        if (server === undefined) break;
        try {
          current = await openSocket(server);
          return current;
        } catch (error) {
          failure = error;
        }
      }
      throw failure ?? hungUp(servers);
    },
  };
}

function openSocket(server: ServerAddress): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket: NamedSocket =
      "socketPath" in server ? net.connect(server.socketPath) : net.connect(server.port, server.host);
    if (!("socketPath" in server)) {
      socket.host = server.host;
      socket.port = server.port;
      socket.setNoDelay(true);
    }
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.removeListener("error", reject);
      resolve(socket);
    });
  });
}

function hungUp(servers: readonly ServerAddress[]): Error {
  const error = new Error(`${servers.map(formatServer).join(",")} closed the connection`);
  return Object.assign(error, { code: "CONNECTION_CLOSED" });
}
