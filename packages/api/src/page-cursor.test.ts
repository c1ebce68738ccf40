import { isHeddleError } from "@heddle/core";
import { describe, expect, it } from "vitest";
import { parseCursor, writeCursor } from "./page-cursor.ts";

describe("parseCursor", () => {
  it("reads what writeCursor wrote", () => {
    const numbers = [0, -17, Number.MAX_SAFE_INTEGER];
    expect(parseCursor(writeCursor(...numbers), 3)).toEqual(numbers);
  });

  it.each(["", "1", "1.2.3", "a b.c", "1.zzzzzzzzzzzz", "1.'; select 1"])("refuses %j", (cursor) => {
    expect(() => parseCursor(cursor, 2)).toThrow(
      expect.toSatisfy((error: unknown) => isHeddleError(error, "API_CURSOR_INVALID")),
    );
  });
});
