import { readFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { HeddleError } from "@heddle/core";
import { openApi, type ProjectApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { withEngine } from "../one-shot-engine.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { paint, print, printJson, visible } from "../terminal.ts";

/** Options of `heddle report`. */
export interface ReportOptions extends CommonOptions {
  readonly partitions?: string;
  readonly dataVersion?: string;
  /** JSON, or a file that holds it behind `@`. */
  readonly metadata?: string;
  readonly note?: string;
}

/** `heddle report`: records that partitions were made elsewhere. */
export async function report(key: string, options: ReportOptions): Promise<ExitCode> {
  const metadata = await readMetadata(options.metadata);
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const result = await project.api.assets.report({
      key,
      partitions: partitionsOf(options.partitions ?? "all"),
      metadata,
      ...(options.dataVersion !== undefined && { dataVersion: options.dataVersion }),
      ...(options.note !== undefined && { note: options.note }),
      idempotencyKey: randomUUID(),
    });
    if (options.json) printJson(result);
    else print(`reported ${countPartitions(result.partitions)} of ${visible(key)}, as run ${result.runId}`);
    return EXIT.ok;
  });
}

/** Options of `heddle wipe`. */
export interface WipeOptions extends CommonOptions {
  readonly partitions?: string;
  readonly confirm?: string;
  readonly reason?: string;
}

/** `heddle wipe`: makes partitions missing. */
export async function wipe(key: string, options: WipeOptions): Promise<ExitCode> {
  if (options.partitions === undefined) {
    throw new HeddleError("CONFIG_INVALID", `which partitions of ${visible(key)} to wipe is not said`, {
      hint: `Say it, such as --partitions "last 7", or --partitions all.`,
    });
  }
  if (options.confirm !== key) {
    throw new HeddleError("WIPE_NOT_CONFIRMED", `the wipe of ${visible(key)} is not confirmed`, {
      hint: `Give the key once more: --confirm ${visible(key)}`,
    });
  }
  const partitions = partitionsOf(options.partitions);
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const result = await project.api.assets.wipe({
      key,
      partitions,
      confirm: key,
      ...(options.reason !== undefined && { reason: options.reason }),
      idempotencyKey: randomUUID(),
    });
    if (options.json) printJson(result);
    else if (!result.changed) print("nothing of it was there");
    else {
      const which = result.text === "" ? visible(key) : `${visible(key)}: ${visible(result.text)}`;
      print(`wiped ${countPartitions(result.partitions)} of ${which}`);
      print(paint.dim("  They are missing now. Their history stays; what is stored of them is collected later."));
    }
    return EXIT.ok;
  });
}

function partitionsOf(text: string) {
  return text === "all" ? ({ kind: "all" } as const) : ({ kind: "text", text } as const);
}

function countPartitions(count: number): string {
  return `${count} ${count === 1 ? "partition" : "partitions"}`;
}

type Metadata = NonNullable<Parameters<ProjectApi["api"]["assets"]["report"]>[0]["metadata"]>;

async function readMetadata(stated: string | undefined): Promise<Metadata> {
  if (stated === undefined) return {};
  const text = stated.startsWith("@") ? await readFile(stated.slice(1), "utf8") : stated;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (cause) {
    throw new HeddleError("CONFIG_INVALID", "--metadata is not JSON", {
      hint: `An object by name, such as --metadata '{"rows": 41}', or @file.`,
      cause,
    });
  }
  if (typeof read === "object" && read !== null && !Array.isArray(read)) return read as Metadata; // parsed from JSON
  throw new HeddleError("CONFIG_INVALID", "--metadata is JSON, but no object", {
    hint: `An object by name, such as --metadata '{"rows": 41}'.`,
  });
}
