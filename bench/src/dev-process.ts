import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** A running `heddle dev`. */
export interface DevProcess extends AsyncDisposable {
  readonly address: string;
  readonly pid: number;
  /** Milliseconds from spawn to the line with the address. */
  readonly addressMs: number;
}

const START_TIMEOUT_MS = 60_000;
/** Procedures that change something. */
const CHANGES = new Set(["plan.launch"]);

/** Starts `heddle dev` on a project, as a user does, and waits for the catalog's address. */
export async function startDev(directory: string, port: number): Promise<DevProcess> {
  const heddle = join(fileURLToPath(new URL("../node_modules/@heddle/cli", import.meta.url)), "bin", "heddle.js");
  const began = performance.now();
  const child = spawn(process.execPath, [heddle, "dev", "--project", directory, "--port", String(port)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const address = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`heddle dev gave no address:\n${output}`)), START_TIMEOUT_MS);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = /Heddle catalog: (\S+)/.exec(output)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => reject(new Error(`heddle dev ended with ${code}:\n${output}`)));
  });
  return {
    address,
    pid: child.pid ?? 0,
    addressMs: performance.now() - began,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      await new Promise<void>((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGINT");
      });
    },
  };
}

/** Calls a procedure of a running server over HTTP, as the catalog does. */
export async function callApi(address: string, procedure: string, input: unknown): Promise<unknown> {
  const isChange = CHANGES.has(procedure);
  const url = new URL(`/api/trpc/${procedure}`, address);
  if (!isChange) url.searchParams.set("input", JSON.stringify(input));
  const response = await fetch(url, {
    method: isChange ? "POST" : "GET",
    headers: { "content-type": "application/json", "x-heddle": "1", origin: address, "sec-fetch-site": "same-origin" },
    ...(isChange && { body: JSON.stringify(input) }),
  });
  const body = (await response.json()) as { result?: { data: unknown }; error?: unknown };
  if (body.result === undefined) throw new Error(`${procedure} failed: ${JSON.stringify(body.error)}`);
  return body.result.data;
}
