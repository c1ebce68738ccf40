import { announce, announceProblem } from "./toasts.tsx";

/** Puts a text on the clipboard and says so. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announce(`${what} copied`);
  } catch {
    announceProblem(`${what} could not be copied`, "The browser does not let this page write to the clipboard.");
  }
}
