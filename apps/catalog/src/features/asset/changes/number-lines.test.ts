import { expect, test } from "vitest";
import { numberLines } from "./number-lines.ts";

test("lines have the number of the file that holds them", () => {
  const lines = [" a", "-b", "-c", "+d", " e"];
  expect(
    numberLines({ before: 3, now: 7, lines }).map(({ kind, number, text }) => `${kind} ${number} ${text}`),
  ).toEqual(["kept 7 a", "gone 4 b", "gone 5 c", "came 8 d", "kept 9 e"]);
});
