import { HeddleError } from "@heddle/core";
import type { CommanderError } from "commander";

/** Makes one of our errors from the parser's, whose message may end in a suggestion. */
export function toUsageError({ message }: CommanderError): HeddleError {
  const [first = message, ...rest] = message.replace(/^error: /, "").split("\n");
  const suggestion = rest.join(" ").replaceAll(/[()]/g, "");
  return new HeddleError("CONFIG_INVALID", first, {
    hint: suggestion === "" ? "`heddle --help` lists the commands, `heddle <command> --help` its options." : suggestion,
  });
}
