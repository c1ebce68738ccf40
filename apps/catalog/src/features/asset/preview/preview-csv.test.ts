import { expect, test } from "vitest";
import { toCsv } from "./preview-csv.ts";

test("rows become CSV that reads back the same", () => {
  const csv = toCsv(
    ["id", 'na"me', "x,y"],
    [
      [1, null, ""],
      [-2.5, 'a "b"\nc', { deep: [1, true] }],
      [true, "ü", "null"],
    ],
  );
  expect(csv.split("\r\n")).toEqual([
    'id,"na""me","x,y"',
    '1,,""',
    '-2.5,"a ""b""\nc","{""deep"":[1,true]}"',
    "true,ü,null",
    "",
  ]);
});

test("a spreadsheet takes no text for a formula", () => {
  expect(toCsv(["a"], [["=HYPERLINK(1)"], ["@x"], ["-1"], [-1]])).toBe("a\r\n'=HYPERLINK(1)\r\n'@x\r\n'-1\r\n-1\r\n");
});
