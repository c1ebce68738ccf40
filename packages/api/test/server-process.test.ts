import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createTestDatabase, type TestDatabase } from "@heddle/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send } from "./raw-request.ts";

const MAIN = new URL("../../../apps/server/src/main.ts", import.meta.url);
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database[Symbol.asyncDispose]());

function start(env: Record<string, string>): ChildProcess {
  return fork(MAIN, {
    execArgv: ["--conditions=@heddle/source"],
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}

async function ready(child: ChildProcess): Promise<string> {
  const [message] = (await once(child, "message")) as [{ type: string; address: string }];
  expect(message.type).toBe("ready");
  return message.address;
}

describe("the server's process", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "tells its parent where it listens, and ends cleanly on %s",
    async (signal) => {
      const child = start({ DATABASE_URL: database.url, HEDDLE_PORT: "0" });
      const address = await ready(child);
      expect((await send(address, { path: "/healthz" })).status).toBe(200);
      child.kill(signal);
      expect(await once(child, "exit")).toEqual([0, null]);
    },
  );

  it("ends when its parent is gone, with streams still open", async () => {
    const child = start({ DATABASE_URL: database.url, HEDDLE_PORT: "0" });
    const address = await ready(child);
    const stream = await fetch(`${address}/api/trpc/events.stream?input=%7B%7D`);
    child.disconnect();
    expect(await once(child, "exit")).toEqual([0, null]);
    await stream.body?.cancel().catch(() => undefined);
  });

  it("refuses to start without a database, with a wrong port, and where others could reach it, in words", async () => {
    const refusals = [
      [{}, "DATABASE_URL"],
      [{ DATABASE_URL: "x", HEDDLE_PORT: "99999" }, "HEDDLE_PORT"],
      [{ DATABASE_URL: database.url, HEDDLE_HOST: "0.0.0.0" }, "refusing to listen on 0.0.0.0: there is no login"],
    ] as const;
    for (const [env, words] of refusals) expect(await endOf(env)).toEqual([1, expect.stringContaining(words)]);
  });

  it("tells a parent why it refuses to start", async () => {
    const child = start({ DATABASE_URL: database.url, HEDDLE_HOST: "0.0.0.0" });
    const [message] = (await once(child, "message")) as [unknown];
    expect(message).toMatchObject({ type: "failed", error: { code: "CONFIG_INSECURE_BIND" } });
    expect(await once(child, "exit")).toEqual([1, null]);
  });
});

/** How a server ends that nobody listens to: its exit code, and what it printed. */
async function endOf(env: Readonly<Record<string, string>>): Promise<[code: unknown, output: string]> {
  const child = spawn(process.execPath, ["--conditions=@heddle/source", fileURLToPath(MAIN)], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [code] = (await once(child, "close")) as [unknown];
  return [code, output];
}
