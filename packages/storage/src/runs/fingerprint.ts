import { createHash } from "node:crypto";
import type { FailureCause, SerializedError } from "@heddle/core/internal";

/** Parts of a message that differ between failures of one kind: quoted text, ids in hex, numbers, paths. */
const VARIABLE = /"[^"]*"|'[^']*'|`[^`]*`|\b[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b|\d+/giu;
/** Partition keys, as messages of Heddle name them: `weather/raw [eu]`. */
const PARTITION = / \[[^\]]*\]/gu;
const MAX_MESSAGE = 500;

/** Groups equal failures: the same cause, code and message but for the parts that vary. */
export function fingerprintOf(cause: FailureCause, error: SerializedError): string {
  const said = error.message.slice(0, MAX_MESSAGE);
  const message = (error.name === "HeddleError" ? said.replaceAll(PARTITION, " ?") : said).replaceAll(VARIABLE, "?");
  return createHash("sha256")
    .update(`${cause}\n${error.code ?? error.name}\n${message}`)
    .digest("hex")
    .slice(0, 16);
}
