/** Names under which a server on the loopback interface may be addressed. */
const LOOPBACK_NAMES = ["127.0.0.1", "localhost", "[::1]"] as const;
const HTTP_PORT = 80;

/**
 * Says whether a `Host` header names this server. Any other name means that a browser was led here by somebody else's
 * DNS record (DNS rebinding), where the same-origin policy protects nothing.
 */
export function isAllowedHost(host: string | undefined, port: number): boolean {
  if (host === undefined) return false;
  const given = host.toLowerCase();
  return LOOPBACK_NAMES.some((name) => given === `${name}:${port}` || (port === HTTP_PORT && given === name));
}
