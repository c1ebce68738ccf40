import { connect, type Connection } from "./connection.ts";
import type { DatabaseAddress } from "./database-url.ts";
import { deadlineIn, pause } from "./deadline.ts";

/**
 * Called with the payload of every notification, and once with an empty one whenever the connection came back, because
 * what was sent in between is lost. Notifications are hints: whoever listens also polls.
 */
export type NotificationHandler = (payload: string) => void;

/** Listens for notifications on one connection of its own. */
export interface Listener {
  /** Resolves when the server has taken the subscription. @throws DATABASE_UNAVAILABLE */
  readonly listen: (channel: string, onMessage: NotificationHandler) => Promise<AsyncDisposable>;
  readonly close: () => void;
}

const CONNECT_MS = 5_000;
const STATEMENT_MS = 5_000;
/** A listening connection is silent by nature: only a question shows whether its peer is still there. */
const SIGN_OF_LIFE_EVERY_MS = 20_000;
const RECONNECT_MS = { first: 100, longest: 5_000 };

export function createListener(address: DatabaseAddress, applicationName: string): Listener {
  const handlers = new Map<string, Set<NotificationHandler>>();
  let current: Promise<Connection> | undefined;
  let isClosed = false;

  const open = async (): Promise<Connection> => {
    const connection = await connect({
      address,
      applicationName: `${applicationName} (listen)`,
      deadline: deadlineIn(CONNECT_MS),
      onNotify: (channel, payload) => {
        for (const handler of handlers.get(channel) ?? []) handler(payload);
      },
    });
    const watch = setInterval(() => void checkAlive(connection), SIGN_OF_LIFE_EVERY_MS).unref();
    connection.onClosed(() => {
      clearInterval(watch);
      current = undefined;
      if (!isClosed && handlers.size > 0) void reconnect();
    });
    for (const channel of handlers.keys()) await subscribe(connection, channel);
    return connection;
  };

  /** One attempt at a time, however many ask for the connection. */
  const connected = (): Promise<Connection> => {
    current ??= open().catch((error: unknown) => {
      current = undefined;
      throw error;
    });
    return current;
  };

  const reconnect = async (): Promise<void> => {
    for (
      let delayMs = RECONNECT_MS.first;
      !isClosed && handlers.size > 0;
      delayMs = Math.min(delayMs * 2, RECONNECT_MS.longest)
    ) {
      await pause(delayMs * (0.5 + Math.random() / 2));
      try {
        await connected();
        for (const channelHandlers of handlers.values()) for (const handler of channelHandlers) handler("");
        return;
      } catch {
        // The database is away. Whoever listens polls as well and reports that; here it is only tried again.
      }
    }
  };

  return {
    listen: async (channel, onMessage) => {
      const existing = handlers.get(channel);
      const channelHandlers = existing ?? new Set();
      const handler: NotificationHandler = (payload) => onMessage(payload);
      channelHandlers.add(handler);
      handlers.set(channel, channelHandlers);
      try {
        const isNew = current !== undefined && existing === undefined;
        const connection = await connected();
        if (isNew) await subscribe(connection, channel);
      } catch (error) {
        forget(handlers, channel, handler);
        throw error;
      }
      return {
        [Symbol.asyncDispose]: async () => {
          forget(handlers, channel, handler);
          if (handlers.size === 0) (await current)?.destroy();
        },
      };
    },
    close: () => {
      isClosed = true;
      handlers.clear();
      void current?.then((connection) => connection.destroy());
    },
  };
}

function forget(handlers: Map<string, Set<NotificationHandler>>, channel: string, handler: NotificationHandler): void {
  const channelHandlers = handlers.get(channel);
  channelHandlers?.delete(handler);
  if (channelHandlers?.size === 0) handlers.delete(channel);
}

async function subscribe(connection: Connection, channel: string): Promise<void> {
  const statement = connection.sql`listen ${connection.sql(channel)}`.execute();
  await deadlineIn(STATEMENT_MS).race(statement, () => {
    connection.destroy();
    return new Error(`the server did not take the subscription to ${channel}`);
  });
}

async function checkAlive(connection: Connection): Promise<void> {
  try {
    await deadlineIn(STATEMENT_MS).race(connection.sql.unsafe("").execute(), () => new Error("no sign of life"));
  } catch {
    // Destroying it starts the way back: connect again, subscribe again, wake everybody.
    connection.destroy();
  }
}
