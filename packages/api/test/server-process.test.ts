import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
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

  it.each([
    [{}, "DATABASE_URL"],
    [{ DATABASE_URL: "x", HEDDLE_PORT: "99999" }, "HEDDLE_PORT"],
    [{ HEDDLE_HOST: "0.0.0.0" }, "no login"],
  ])("refuses to start with %j, in words", async (env, words) => {
    const child = start({ ...(words === "no login" && { DATABASE_URL: database.url }), ...env });
    let output = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (output += text));
    expect(await once(child, "close")).toEqual([1, null]);
    expect(output).toContain(words);
  });
});
