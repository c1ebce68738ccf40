import type { Server } from "node:http";
import { HeddleError } from "@heddle/core";

/** Where to listen. */
export interface ListenOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Whether one of the next ports will do when the port is in use. */
  readonly acceptsNextPort: boolean;
}

/** Ports that are tried after the one that was asked for. */
const NEXT_PORTS = 20;
const HIGHEST_PORT = 65_535;

/** Names of the loopback interface that this machine alone can reach. */
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

/** Refuses addresses that other machines can reach: nobody is asked who they are. @throws CONFIG_INSECURE_BIND */
export function requireLoopback(host: string): void {
  if (LOOPBACK_HOSTS.has(host)) return;
  throw new HeddleError(
    "CONFIG_INSECURE_BIND",
    `refusing to listen on ${host}: there is no login, and others could reach it`,
    {
      hint: "Listen on 127.0.0.1; from another machine use an SSH tunnel: ssh -L 4321:127.0.0.1:4321 <host>.",
      details: { host },
    },
  );
}

/** Begins to listen and answers the port. @throws CONFIG_PORT_TAKEN, CONFIG_INVALID */
export async function listen(server: Server, options: ListenOptions): Promise<number> {
  const { host, port, acceptsNextPort } = options;
  const last = Math.min(HIGHEST_PORT, acceptsNextPort && port !== 0 ? port + NEXT_PORTS : port);
  for (let candidate = port; candidate <= last; candidate += 1) {
    const bound = await tryListen(server, { host, port: candidate });
    if (bound !== null) return bound;
  }
  const ports = last === port ? `port ${port} is` : `the ports ${port} to ${last} are`;
  throw new HeddleError("CONFIG_PORT_TAKEN", `${ports} in use on ${host}`, {
    hint: "Stop the other program, or choose another port with HEDDLE_PORT.",
    details: { host, port },
  });
}

/** Answers the port, or `null` when it is in use. */
function tryListen(server: Server, where: { readonly host: string; readonly port: number }): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      server.off("listening", listening);
      if (error.code === "EADDRINUSE") resolve(null);
      else reject(cannotListen(where, error));
    };
    const listening = (): void => {
      server.off("error", failed);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : where.port);
    };
    server.once("error", failed);
    server.once("listening", listening);
    server.listen({ ...where, exclusive: true });
  });
}

function cannotListen({ host, port }: { readonly host: string; readonly port: number }, cause: Error): HeddleError {
  return new HeddleError("CONFIG_INVALID", `cannot listen on ${host}:${port}: ${cause.message}`, {
    hint: "Choose another address or port.",
    details: { host, port },
    cause,
  });
}
