import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CsvRecords, type CsvFormat } from "./csv/csv-records.ts";

const COMMA: CsvFormat = { delimiter: ",", quote: '"' };

/** The fields of a text that comes in pieces. */
function fieldsOf(pieces: readonly string[], format = COMMA): (readonly string[])[] {
  const records = new CsvRecords(format);
  return [...pieces.flatMap((piece) => records.push(piece)), ...records.end()].map(({ fields }) => fields);
}

describe("records", () => {
  test.each<[name: string, text: string, fields: string[][]]>([
    [
      "lines that end in LF",
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "lines that end in CRLF",
      'a,b\r\n1,"2"\r\n',
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a last line without an end",
      'a,b\n"1",2',
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a last line that ends in half of a CRLF",
      'a,b\n1,"2"\r',
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ["fields in quotes", '"a,b","c\nd","e\r\nf","g""h",""\n', [["a,b", "c\nd", "e\r\nf", 'g"h', ""]]],
    ["nothing but quotes", '""""\n"""",""""""\n', [['"'], ['"', '""']]],
    [
      "empty fields",
      ",,\n,x,\n",
      [
        ["", "", ""],
        ["", "x", ""],
      ],
    ],
    ["empty lines", "\na\n\r\n\nb\n\n", [["a"], ["b"]]],
    ["an empty text", "", []],
    ["a CR within a line", "a\rb,c\n", [["a\rb", "c"]]],
  ])("%s", (_name, text, fields) => {
    expect(fieldsOf([text])).toEqual(fields);
    // However it is cut into pieces.
    expect(fieldsOf(text.split(""))).toEqual(fields);
  });

  test("say on which line they begin", () => {
    const records = new CsvRecords(COMMA);
    const found = records.push('a\n"b\nc"\n\nd,"\n\n",e\nf\n');
    expect(found.map(({ line, fields }) => [line, fields[0]])).toEqual([
      [1, "a"],
      [2, "b\nc"],
      [5, "d"],
      [8, "f"],
    ]);
  });

  test("come back from text in every way of quoting, cutting and ending lines", () => {
    const field = fc.string({ unit: fc.constantFrom("a", "é", '"', ",", ";", "\n", "\r", " ", "1") });
    const record = fc
      .array(field, { minLength: 1, maxLength: 5 })
      .filter((fields) => fields.join("") !== "" || fields.length > 1);
    const made = fc.record({
      written: fc.array(record, { maxLength: 8 }),
      newline: fc.constantFrom("\n", "\r\n"),
      delimiter: fc.constantFrom(",", ";"),
      always: fc.boolean(),
      sizes: fc.infiniteStream(fc.integer({ min: 1, max: 6 })),
    });
    const property = fc.property(made, ({ written, newline, delimiter, always, sizes }) => {
      const format = (value: string): string =>
        always || /[",;\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
      const text = written.map((fields) => `${fields.map(format).join(delimiter)}${newline}`).join("");
      const pieces: string[] = [];
      for (let from = 0; from < text.length;) {
        const size = sizes.next().value ?? 1;
        pieces.push(text.slice(from, from + size));
        from += size;
      }
      expect(fieldsOf(pieces, { delimiter, quote: '"' })).toEqual(written);
    });
    fc.assert(property, { numRuns: 500 });
  });

  test("with quotes that mean nothing are lines", () => {
    expect(fieldsOf(['a"b\t"c\n"\n'], { delimiter: "\t", quote: null })).toEqual([['a"b', '"c'], ['"']]);
  });

  test.each([
    ["a quote within a field", 'a\nb"c,d\n', "line 2, field 1"],
    ["text after a quote that was closed", 'a\n\n1,"b" ,c\n', "line 3, field 2"],
    ["a quote that is never closed", 'a\n"b\nc\n', "opened in a record on line 2"],
  ])("with %s are refused", (_name, text, place) => {
    expect(() => fieldsOf([text])).toThrow(expect.objectContaining({ code: "IO_CSV_INVALID" }));
    expect(() => fieldsOf([text])).toThrow(place);
    expect(() => fieldsOf(text.split(""))).toThrow(place);
  });

  test("that never end are refused before they fill the memory", () => {
    const records = new CsvRecords(COMMA);
    const piece = "x".repeat(1024 * 1024);
    records.push('a\n"');
    expect(() => {
      for (let index = 0; index < 20; index += 1) records.push(piece);
    }).toThrow("opened in a record on line 2 is never closed");
  });
});
