import { BlockList, isIP } from "node:net";
import { HeddleError } from "@heddle/core";

/**
 * Addresses that no request from outside should be led to: this machine, its network, and what is no host. Two lists: one
 * that holds the range of IPv4 within IPv6 finds every address of IPv4 in it.
 */
const PRIVATE_4 = new BlockList();
const PRIVATE_6 = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const) {
  PRIVATE_4.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["::", 96],
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const) {
  PRIVATE_6.addSubnet(network, prefix, "ipv6");
}

/** Where notifications may go besides public addresses by https. */
export interface AddressPolicy {
  /** Hosts that may have private addresses and be spoken to by http: `alerts.internal`, or with a port. */
  readonly allowedHosts: readonly string[];
}

/** Says whether a host is one of those that may be anywhere. */
export function isAllowedHost({ hostname, port, protocol }: URL, { allowedHosts }: AddressPolicy): boolean {
  const stated = port === "" ? (protocol === "https:" ? "443" : "80") : port;
  return allowedHosts.includes(hostname) || allowedHosts.includes(`${hostname}:${stated}`);
}

/** Refuses what an address says by itself, before its host is looked up. @throws NOTIFICATION_ADDRESS_REFUSED */
export function checkUrl(text: string, policy: AddressPolicy): URL {
  if (!URL.canParse(text)) throw refused("its address is no URL");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw refused(`it goes by ${url.protocol}`);
  if (url.username !== "" || url.password !== "") throw refused("its address holds a password");
  if (url.protocol === "http:" && !isAllowedHost(url, policy)) {
    throw refused(`http is not allowed for ${url.host}`);
  }
  return url;
}

/** Refuses addresses of this machine and its network, unless the host is allowed. @throws NOTIFICATION_ADDRESS_REFUSED */
export function checkAddress(url: URL, address: string, policy: AddressPolicy): void {
  if (isAllowedHost(url, policy)) return;
  const family = isIP(address);
  // A zone, as in fe80::1%eth0, is of this machine's network by itself.
  const isPublic = family === 4 ? !PRIVATE_4.check(address, "ipv4") : family === 6 && !PRIVATE_6.check(address, "ipv6");
  if (isPublic && !address.includes("%")) return;
  throw refused(`${url.host} is ${address}, which is not a public address`);
}

function refused(why: string): HeddleError {
  return new HeddleError("NOTIFICATION_ADDRESS_REFUSED", `the notification was not sent: ${why}`, {
    hint: "Use https and a public address, or list the host in HEDDLE_NOTIFY_ALLOW_HOSTS for the daemon.",
  });
}
