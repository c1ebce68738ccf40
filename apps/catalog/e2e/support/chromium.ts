import { existsSync } from "node:fs";

const USUAL_PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser that the tests drive. @throws when there is none, with the command that installs it */
export function findChromium(): string {
  const chosen = process.env["HEDDLE_CHROMIUM"];
  const places = chosen === undefined || chosen === "" ? USUAL_PLACES : [chosen];
  const found = places.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    `The browser tests need Chromium, and there is none at ${places.join(" or ")}. ` +
      "Install it with `sudo apt-get install chromium`, or name one in HEDDLE_CHROMIUM.",
  );
}
