import { readFile } from "node:fs/promises";

/** All packages of Heddle have one version. */
export async function readVersion(): Promise<string> {
  // Shipped with this file.
  const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return version;
}
