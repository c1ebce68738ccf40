import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isProcessAlive } from "./processes.ts";

/** Notes that this process uses the server, so that another one that stops does not take it away. */
export async function addUser(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(join(directory, String(process.pid)), "");
}

export async function removeUser(directory: string): Promise<void> {
  await rm(join(directory, String(process.pid)), { force: true });
}

/** Says whether another living process uses the server; the marks of dead ones are removed. */
export async function hasOtherUsers(directory: string): Promise<boolean> {
  let found = false;
  for (const name of await readdir(directory).catch(() => [])) {
    const pid = Number(name);
    if (pid === process.pid) continue;
    if (isProcessAlive(pid)) found = true;
    else await rm(join(directory, name), { force: true });
  }
  return found;
}
