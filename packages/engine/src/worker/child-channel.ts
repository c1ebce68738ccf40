import type { ChildMessage } from "./protocol.ts";

/**
 * Takes the channel to the supervisor for Heddle alone, and gives the function that sends on it: libraries announce
 * themselves with `process.send?.("ready")` wherever they find it.
 */
export function takeChannel(): (message: ChildMessage) => void {
  const send = process.send?.bind(process);
  delete process.send;
  return (message) => {
    // Without a supervisor there is nobody to tell; `disconnect` ends the process.
    if (process.connected) send?.(message, undefined, {}, () => {});
  };
}
