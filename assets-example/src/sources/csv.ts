/** One row of a CSV file: a string for every column, empty where the file has nothing. */
export type CsvRow<TColumn extends string> = Readonly<Record<TColumn, string>>;

/**
 * Parses CSV with a header line, quoted fields and either kind of line end.
 *
 * The header must name exactly `columns`, in this order, and every row must have as many fields: a source that changes
 * its shape is to fail here and not three assets later.
 */
export function parseCsv<TColumn extends string>(text: string, columns: readonly TColumn[]): CsvRow<TColumn>[] {
  const [header, ...records] = splitRecords(text);
  if (header?.join() !== columns.join()) {
    throw new Error(`expected the columns ${columns.join(", ")}, found ${header?.join(", ") ?? "an empty file"}`);
  }
  return records.map((fields, index) => {
    if (fields.length !== columns.length) {
      throw new Error(`record ${index + 1} has ${fields.length} fields, not ${columns.length}: ${fields.join(",")}`);
    }
    const entries = columns.map((column, at) => [column, fields[at]]);
    // `fromEntries` knows no literal keys; the two checks above make every column a string.
    return Object.fromEntries(entries) as CsvRow<TColumn>;
  });
}

/** A number as it is written in a source. @throws when the text is no finite number */
export function parseNumber(text: string, what: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw new Error(`${what}: ${JSON.stringify(text)} is not a number`);
  return value;
}

// One field and what ends it: quoted with doubled quotes inside, or plain up to the next separator.
const FIELD = /(?:"(?<quoted>(?:[^"]|"")*)"|(?<plain>[^",\r\n]*))(?<end>,|\r?\n|$)/gy;

function splitRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < text.length) {
    const at = FIELD.lastIndex;
    const groups = FIELD.exec(text)?.groups;
    if (groups === undefined) throw new Error(`a quote is never closed, or stands inside a field, at character ${at}`);
    record.push(groups.quoted?.replaceAll('""', '"') ?? groups.plain ?? "");
    if (groups.end === ",") continue;
    records.push(record);
    record = [];
  }
  if (record.length > 0) records.push([...record, ""]);
  return records;
}
