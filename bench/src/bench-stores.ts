import type { ObjectStore } from "@heddle/core";
import { filesystemStore } from "@heddle/io/filesystem";
import { s3Store } from "@heddle/io/s3";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A store for a benchmark; what it holds goes with it. */
export interface BenchStore extends AsyncDisposable {
  readonly name: string;
  readonly store: ObjectStore;
}

/** A store in a directory of its own. `HEDDLE_BENCH_DIRECTORY` names the disk; by default it is that of the system's temporary files. */
export async function filesystemBenchStore(): Promise<BenchStore> {
  const directory = await mkdtemp(join(process.env["HEDDLE_BENCH_DIRECTORY"] ?? tmpdir(), "heddle-bench-"));
  return {
    name: "filesystem",
    store: filesystemStore({ directory }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

const SERVE = fileURLToPath(new URL("../../packages/io/test/support/serve-s3.ts", import.meta.url));

/** A store in a bucket of a real S3 server on this machine; `undefined` where the server's programs are not installed. */
export async function s3BenchStore(): Promise<BenchStore | undefined> {
  const server = spawn(process.execPath, ["--no-warnings", SERVE], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(server, "exit");
  const found: Record<string, string> = {};
  for await (const line of createInterface({ input: server.stdout })) {
    const [, name, value] = /^export (\w+)=(\S+)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found[name] = value;
    const endpoint = /endpoint: "([^"]+)"/.exec(line)?.[1];
    if (endpoint === undefined) continue;
    const credentials = {
      accessKeyId: found["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: found["AWS_SECRET_ACCESS_KEY"] ?? "",
    };
    return {
      name: "s3",
      store: s3Store({ bucket: "heddle", endpoint, credentials }),
      async [Symbol.asyncDispose]() {
        server.kill("SIGTERM");
        await ended;
      },
    };
  }
  return undefined;
}
