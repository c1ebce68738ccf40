import { describe, expect, it } from "vitest";
import { isAllowedHost } from "./host-allow-list.ts";

describe("isAllowedHost", () => {
  it.each(["127.0.0.1:4321", "localhost:4321", "LocalHost:4321", "[::1]:4321"])("accepts %s", (host) => {
    expect(isAllowedHost(host, 4321)).toBe(true);
  });

  it.each([
    undefined,
    "",
    "evil.example",
    "evil.example:4321",
    "127.0.0.1",
    "127.0.0.1:4322",
    "127.0.0.1:43210",
    "localhost.:4321",
    "localhost.evil.example:4321",
    "127.0.0.1.evil.example:4321",
    "[::ffff:127.0.0.1]:4321",
    "0.0.0.0:4321",
    "user@127.0.0.1:4321",
    "127.0.0.1:4321, evil.example",
  ])("refuses %s", (host) => {
    expect(isAllowedHost(host, 4321)).toBe(false);
  });

  it("takes a missing port for the one of HTTP", () => {
    expect(isAllowedHost("localhost", 80)).toBe(true);
  });
});
