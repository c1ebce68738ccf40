import type { PartitionPreview } from "@heddle/api";
import type { JsonValue } from "@heddle/core";
import { openApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { withEngine } from "../one-shot-engine.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { readNumber } from "../read-number.ts";
import { paint, print, printJson, printNote, printTable, visible } from "../terminal.ts";

/** Options of `heddle preview`. */
export interface PreviewOptions extends CommonOptions {
  readonly rows: string;
  readonly run?: string;
}

/** Longest cell that is printed, in characters. */
const CELL_WIDTH = 40;

/** `heddle preview`: the first rows of what a partition has stored. */
export async function previewPartition(
  key: string,
  partition: string | undefined,
  options: PreviewOptions,
): Promise<ExitCode> {
  const rows = readNumber(options.rows, { name: "--rows", min: 1, max: 1_000 });
  const runId =
    options.run === undefined
      ? undefined
      : readNumber(options.run, { name: "--run", min: 1, max: Number.MAX_SAFE_INTEGER });
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: true }, async () => {
    const shown = await project.api.partitions.preview({ key, partition, rows, runId });
    if (options.json === true) printJson(shown);
    else printPreview(shown);
    return EXIT.ok;
  });
}

function printPreview({ preview }: PartitionPreview): void {
  switch (preview.kind) {
    case "none":
      return printNote("its I/O manager shows nothing of what it stores");
    case "text":
      print(preview.content);
      if (preview.shownBytes < preview.totalBytes) {
        printNote(`the first ${preview.shownBytes} of ${preview.totalBytes} bytes`);
      }
      return;
    case "image":
    case "binary":
      return printNote(`${preview.totalBytes} bytes${preview.mediaType === null ? "" : ` of ${preview.mediaType}`}`);
    case "table": {
      printTable([
        preview.columns.map(({ name }) => paint.bold(visible(name))),
        ...preview.rows.map((row) => row.map(formatCell)),
      ]);
      const total = preview.totalRows === null ? "" : ` of ${preview.totalRows}`;
      printNote(`${preview.rows.length}${total} rows, ${preview.columns.length} of ${preview.totalColumns} columns`);
    }
  }
}

function formatCell(cell: JsonValue): string {
  if (cell === null) return paint.dim("null");
  const text = visible(typeof cell === "string" ? cell : JSON.stringify(cell));
  return text.length > CELL_WIDTH ? `${text.slice(0, CELL_WIDTH - 1)}…` : text;
}
