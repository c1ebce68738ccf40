import net from "node:net";

/**
 * What a proxy does to connections:
 * - `none`: passes everything on;
 * - `hang-up`: closes new connections at once;
 * - `ignore`: accepts new connections and says nothing, like a peer behind a black hole;
 * - `fall-silent`: passes nothing on any more, in either direction, and keeps connections open;
 * - `drop-reply`: passes on what holds `text`, drops the reply to it and closes the connection; with `after` only where
 *   that was sent before on the same connection, and with `next` what happens to connections from then on.
 */
export type ProxyFault =
  | { readonly kind: "none" | "hang-up" | "ignore" | "fall-silent" }
  | {
      readonly kind: "drop-reply";
      readonly text: string;
      readonly after?: string;
      /** @default "none" */
      readonly next?: "none" | "hang-up";
    };

/** A TCP proxy in front of a PostgreSQL server, for faults of the network. */
export interface TcpProxy extends AsyncDisposable {
  /** The URL of the server behind it, by way of the proxy. */
  readonly url: string;
  /** How many connections it has accepted so far. */
  readonly accepted: number;
  /** Sets what happens from now on. `drop-reply` happens once. */
  readonly setFault: (fault: ProxyFault) => void;
  /** Breaks all connections that are open. */
  readonly cut: () => void;
}

/** Starts a proxy on a free port of 127.0.0.1. `url` may name a Unix socket. */
export async function startTcpProxy(url: string): Promise<TcpProxy> {
  const sockets = new Set<net.Socket>();
  let fault: ProxyFault = { kind: "none" };
  let accepted = 0;

  const keep = (socket: net.Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A broken connection is what this is for; the ends notice it by `close`.
    socket.on("error", () => undefined);
  };

  const accept = (client: net.Socket): void => {
    accepted += 1;
    keep(client);
    if (fault.kind === "hang-up") {
      client.end();
      return;
    }
    if (fault.kind === "ignore") return;
    const server = connectTo(url);
    keep(server);
    let isReplyDropped = false;
    let preparedFor: ProxyFault | undefined;
    client.on("data", (chunk) => {
      if (fault.kind === "fall-silent") return;
      if (fault.kind === "drop-reply") {
        if (fault.after === undefined || chunk.includes(fault.after)) preparedFor = fault;
        if (preparedFor === fault && chunk.includes(fault.text)) {
          isReplyDropped = true;
          fault = { kind: fault.next ?? "none" };
        }
      }
      server.write(chunk);
    });
    server.on("data", (chunk) => {
      if (fault.kind === "fall-silent") return;
      if (!isReplyDropped) {
        client.write(chunk);
        return;
      }
      // The server has answered, so it has done what it was asked.
      client.destroy();
      server.destroy();
    });
    client.on("close", () => server.destroy());
    server.on("close", () => client.end());
  };

  const listener = net.createServer(accept);
  const port = await listen(listener);
  return {
    url: throughPort(url, port),
    get accepted() {
      return accepted;
    },
    setFault: (next) => {
      fault = next;
    },
    cut: () => {
      // A Unix socket, which the server's side may be, cannot be reset.
      for (const socket of sockets)
        if (socket.remotePort === undefined) socket.destroy();
        else socket.resetAndDestroy();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

function connectTo(url: string): net.Socket {
  const { hostname, port } = new URL(url);
  const host = decodeURIComponent(hostname);
  return host.startsWith("/") ? net.connect(`${host}/.s.PGSQL.${port}`) : net.connect(Number(port), host);
}

function throughPort(url: string, port: number): string {
  const { username, password, pathname } = new URL(url);
  return `postgresql://${username}:${password}@127.0.0.1:${port}${pathname}`;
}

function listen(server: net.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address === "object" && address !== null) resolve(address.port);
      else reject(new Error("the proxy has no port"));
    });
  });
}
