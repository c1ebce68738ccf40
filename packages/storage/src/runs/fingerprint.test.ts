import { describe, expect, test } from "vitest";
import { fingerprintOf } from "./fingerprint.ts";

const error = (message: string, rest = {}) => ({ name: "Error", message, ...rest });

describe("fingerprintOf", () => {
  test("groups failures that differ in numbers, ids and quoted text only", () => {
    const prints = [
      'no row 17 for "ulm" in deadbeefdead',
      'no row 99214 for "bern" in 0123456789ab',
      "no row 0 for 'x' in cafebabe1",
    ].map((message) => fingerprintOf("error", error(message)));
    expect(new Set(prints).size).toBe(1);
    expect(prints[0]).toMatch(/^[0-9a-f]{16}$/u);
  });

  test("groups what befell several partitions, and leaves brackets of user code alone", () => {
    const killed = (key: string) => ({
      name: "HeddleError",
      code: "STEP_KILLED",
      message: `the process of shop/orders [${key}] was ended by SIGKILL`,
    });
    expect(fingerprintOf("killed", killed("eu"))).toBe(fingerprintOf("killed", killed("asia")));
    expect(fingerprintOf("error", error("from [api] nothing"))).not.toBe(
      fingerprintOf("error", error("from [db] nothing")),
    );
  });

  test("tells causes, codes, names and other messages apart", () => {
    const prints = [
      fingerprintOf("error", error("no row")),
      fingerprintOf("timeout", error("no row")),
      fingerprintOf("error", error("no column")),
      fingerprintOf("error", { name: "TypeError", message: "no row" }),
      fingerprintOf("error", error("no row", { code: "ENOENT" })),
    ];
    expect(new Set(prints).size).toBe(prints.length);
  });

  test("looks at no more than the beginning of a very long message", () => {
    const long = `failed: ${"x".repeat(10_000_000)}`;
    expect(fingerprintOf("error", error(long))).toBe(fingerprintOf("error", error(`${long} and more`)));
  });
});
