import { isHeddleError } from "@heddle/core";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, expectTypeOf, test } from "vitest";
import { collect } from "../test/collect.ts";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { bool, csv, csvStream, date, float64, int32, int64, json, readCsv, table, timestamp, utf8 } from "./csv.ts";
import type { CsvFormatOptions } from "./csv.ts";
import { list } from "./table/column.ts";
import { memoryStore } from "./memory.ts";
import type { TableSchema } from "./table/schema.ts";

const signal = new AbortController().signal;

async function read(text: string, options: CsvFormatOptions<TableSchema>): Promise<unknown[]> {
  return collect(readCsv(Buffer.from(text), options));
}

describe("cells", () => {
  test("have the type of their column", async () => {
    const schema = table({
      b: bool(),
      i: int32(),
      l: int64(),
      f: float64(),
      t: utf8(),
      d: date(),
      at: timestamp(),
      j: json(),
    });
    const text = [
      "b,i,l,f,t,d,at,j",
      'TRUE,-5,+9007199254740993,-1.5e3,"a ""b""",2012-02-29,2012-01-01T00:00:00.5Z,"{""a"":[1]}"',
      "0,-0,-9223372036854775808,.5,,0001-01-01,2012-01-01 10:30+02,null",
      "1,2147483647,0,-Infinity, x ,9999-12-31,1999-12-31 23:59:59 -0330,7",
    ].join("\n");
    expect(await read(text, { schema })).toEqual([
      {
        b: true,
        i: -5,
        l: 9007199254740993n,
        f: -1500,
        t: 'a "b"',
        d: "2012-02-29",
        at: new Date("2012-01-01T00:00:00.500Z"),
        j: { a: [1] },
      },
      {
        b: false,
        i: 0,
        l: -(2n ** 63n),
        f: 0.5,
        t: "",
        d: "0001-01-01",
        at: new Date("2012-01-01T08:30:00Z"),
        j: null,
      },
      {
        b: true,
        i: 2147483647,
        l: 0n,
        f: -Infinity,
        t: " x ",
        d: "9999-12-31",
        at: new Date("2000-01-01T03:29:59Z"),
        j: 7,
      },
    ]);
  });

  test.each<[kind: keyof typeof KINDS, texts: string[]]>([
    ["bool", ["yes", "2", "t"]],
    ["int32", ["1.0", "2147483648", "1e3", "0x1", " 1", "1 000"]],
    ["int64", ["9223372036854775808", "1n", "--1"]],
    ["float64", ["1,5", "abc", "1e", ".", "infinity", "0x1"]],
    ["date", ["2011-02-29", "2012-1-1", "01/02/2012", "2012-01-01T00:00"]],
    ["timestamp", ["2012-01-01", "2012-01-01T00:00:00", "2012-02-30T00:00Z", "2012-01-01T25:00Z", "1325376000"]],
    ["json", ["{a:1}", "undefined"]],
  ])("that are no %s are refused, with their line and column", async (kind, texts) => {
    const schema = table({ a: utf8(), x: KINDS[kind]() });
    for (const text of texts) {
      const reading = read(`a,x\n"two\nlines","${text}"\n`, { schema });
      const error: unknown = await reading.catch((thrown: unknown) => thrown);
      expect(isHeddleError(error, "IO_CSV_INVALID") && error.message).toContain(
        `line 2, column "x" (field 2): "${text}" is no `,
      );
      expect(isHeddleError(error) && error.details).toEqual({ line: 2, column: "x", field: 2 });
    }
  });

  test("without a value are null in nullable columns alone, and an empty text in quotes is one", async () => {
    const schema = table({ t: utf8().nullable(), n: int32().nullable() });
    expect(await read('t,n\n,\n"",1\nNA,NA\n"NA",2\n', { schema, nulls: ["", "NA"] })).toEqual([
      { t: null, n: null },
      { t: "", n: 1 },
      { t: null, n: null },
      { t: "NA", n: 2 },
    ]);
    await expect(read("n,t\n,x\n", { schema: table({ n: int32() }) })).rejects.toThrow(
      'line 2, column "n" (field 1): has no value, and the column is not nullable',
    );
  });

  test("are instants in UTC without a zone where that is said", async () => {
    const schema = table({ at: timestamp() });
    expect(await read("at\n2012-01-01 10:00\n", { schema, assumeUtc: true })).toEqual([
      { at: new Date("2012-01-01T10:00Z") },
    ]);
  });
});

const KINDS = { bool, int32, int64, float64, date, timestamp, json };

describe("columns", () => {
  const schema = table({ a: int32(), b: utf8().nullable() });

  test("are found by their names, in any order and among others", async () => {
    expect(await read("z,b, a \n1,x,2\n", { schema })).toEqual([{ a: 2, b: "x" }]);
    expect(await read("a\n2\n", { schema })).toEqual([{ a: 2, b: null }]);
  });

  test("without names are those of the schema, or those that are named", async () => {
    expect(await read("1,x\n", { schema, header: false })).toEqual([{ a: 1, b: "x" }]);
    expect(await read("x,9,1\n", { schema, header: ["b", "-", "a"] })).toEqual([{ a: 1, b: "x" }]);
  });

  test.each([
    ["b,c\nx,1\n", 'line 1: there is no column "a"; there are "b", "c"'],
    ["a,b,a\n1,x,2\n", 'line 1: there are two columns "a"'],
    ["a,b\n1,x\n2\n", "line 3 has 1 field, and there are 2 columns"],
    ["a,b\n1,x,y\n", "line 2 has 3 fields, and there are 2 columns"],
    ["a;b\n1;x\n", 'there is no column "a"; there are "a;b"'],
    ["", "the file is empty, and should begin with the names of its columns"],
    ["\uFEFF", "the file is empty"],
  ])("that are wrong are told: %j", async (text, message) => {
    await expect(read(text, { schema })).rejects.toMatchObject({
      code: "IO_CSV_INVALID",
      message: expect.stringContaining(message),
    });
  });

  test("may begin with a byte order mark, in bytes and in text", async () => {
    expect(await read("\uFEFFa,b\n1,x\n", { schema })).toEqual([{ a: 1, b: "x" }]);
    const texts = (async function* () {
      yield "";
      yield '\uFEFF"a",b\n';
      yield "1,x\n";
    })();
    expect(await collect(readCsv(texts, { schema }))).toEqual([{ a: 1, b: "x" }]);
  });

  test.each<[options: Partial<CsvFormatOptions<TableSchema>>, problem: string]>([
    [{ delimiter: ",," }, "delimiter"],
    [{ delimiter: "\n" }, "delimiter"],
    [{ quote: "" }, "quote"],
    [{ quote: "," }, "delimiter and quote are both"],
    [{ encoding: "utf-9" }, 'there is no encoding "utf-9"'],
    [{ header: ["b"] }, 'there is no column "a"'],
    [{ schema: table({ tags: list(utf8()) }) }, 'column "tags": a field of a CSV file is no list'],
  ])("that can be in no file are refused when they are declared: %o", (options, problem) => {
    expect(() => csv({ schema, ...options })).toThrow(expect.objectContaining({ code: "IO_SCHEMA_INVALID" }));
    expect(() => readCsv(Buffer.from("a"), { schema, ...options })).toThrow(problem);
  });
});

describe("readCsv", () => {
  const schema = table({ city: utf8(), n: int32() });

  test("reads files, streams and other encodings, with typed rows", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "cities.csv");
    await writeFile(path, Buffer.from("city;n\r\nZ\u00FCrich;1\r\n", "latin1"));
    const options = { schema, delimiter: ";", encoding: "windows-1252" } as const;
    for (const source of [path, pathToFileURL(path), { path }]) {
      const rows = readCsv(source, options);
      expectTypeOf(rows).toEqualTypeOf<AsyncIterable<{ city: string; n: number }>>();
      expect(await collect(rows)).toEqual([{ city: "Zürich", n: 1 }]);
      expect(await collect(rows)).toEqual([{ city: "Zürich", n: 1 }]);
    }
    await expect(collect(readCsv(path, { schema, delimiter: ";" }))).rejects.toThrow(
      "the file is not encoded as utf-8",
    );
    const body = new Response("city,n\nOslo,2\n").body!;
    expect(await collect(readCsv(body, { schema }))).toEqual([{ city: "Oslo", n: 2 }]);
  });

  test("says which file is not there", async () => {
    await expect(collect(readCsv("/nowhere/a.csv", { schema }))).rejects.toMatchObject({
      code: "IO_VALUE_NOT_STORABLE",
      message: expect.stringContaining('"/nowhere/a.csv" cannot be opened (ENOENT)'),
    });
    await expect(collect(readCsv(import.meta.dirname, { schema }))).rejects.toThrow("is no file");
  });

  test("ends when its signal fires, and takes no more of a stream than it needs", async () => {
    const controller = new AbortController();
    let taken = 0;
    async function* endless() {
      yield "city,n\n";
      for (;;) {
        taken += 1;
        yield `Oslo,${taken}\n`;
      }
    }
    for await (const { n } of readCsv(endless(), { schema })) if (n === 3) break;
    expect(taken).toBeLessThanOrEqual(4);
    const reading = async () => {
      for await (const { n } of readCsv(endless(), { schema, signal: controller.signal }))
        if (n > 10) controller.abort(new Error("enough"));
    };
    await expect(reading()).rejects.toThrow("enough");
  });
});

describe("csv as an I/O manager", () => {
  const schema = table({ day: date(), price: float64().nullable() });
  const TEXT = "day,price,note\n2012-01-01,1.5,a\n2012-01-02,,b\n2012-01-03,3,c\n";

  function open() {
    const store = memoryStore();
    const context = { assetKey: "prices", partitionKey: "2012", store, signal };
    return { store, context, target: { ...context, attemptId: "1", fence: 1 } };
  }

  test("keeps the file as it is and gives typed rows, in both forms", async () => {
    const { store, context, target } = open();
    const io = csv({ schema });
    const stored = await io.write(Buffer.from(TEXT), target);
    expect(stored).toMatchObject({
      io: "csv",
      rows: 3,
      columns: [
        { name: "day", nulls: 0, min: "2012-01-01", max: "2012-01-03" },
        { name: "price", nulls: 1, min: 1.5, max: 3 },
      ],
    });
    expect([...store.objects].map(([key, body]) => [key, Buffer.from(body).toString()])).toEqual([
      ["prices/2012/1.csv", TEXT],
    ]);
    const rows = await io.load({ ...context, stored });
    expectTypeOf(rows).toEqualTypeOf<{ day: string; price: number | null }[]>();
    expect(rows).toHaveLength(3);
    const wanted = { ...context, stored, columns: ["price"], where: { day: { gte: "2012-01-02" } } };
    expect(await io.load(wanted)).toEqual([{ price: null }, { price: 3 }]);
    const stream = await csvStream({ schema }).load(wanted);
    expect(await collect(stream)).toEqual([{ price: null }, { price: 3 }]);
    expect(await io.preview?.({ ...context, stored }, { rows: 2 })).toMatchObject({
      rows: [
        ["2012-01-01", 1.5],
        ["2012-01-02", null],
      ],
      totalRows: 3,
    });
  });

  test("takes streams and files, and nothing of them when a line is wrong", async () => {
    const { store, target } = open();
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "p.csv");
    await writeFile(path, TEXT);
    const io = csv({ schema });
    const dataVersions = new Set<string>();
    for (const [index, source] of [new Response(TEXT).body!, { path }, Buffer.from(TEXT)].entries()) {
      dataVersions.add((await io.write(source, { ...target, attemptId: `ok-${index}` })).dataVersion);
    }
    expect(dataVersions.size).toBe(1);
    async function* wrong() {
      yield Buffer.from(TEXT);
      yield "2012-01-04,cheap,d\n";
    }
    await expect(io.write(wrong(), target)).rejects.toMatchObject({
      code: "IO_CSV_INVALID",
      message: 'asset prices, partition 2012: line 5, column "price" (field 2): "cheap" is no number',
    });
    for (const value of [TEXT, 7, { file: "x" }, null]) {
      await expect(io.write(value as never, target)).rejects.toMatchObject({ code: "IO_VALUE_NOT_STORABLE" });
    }
    expect(store.objects.size).toBe(3);
  });
});
