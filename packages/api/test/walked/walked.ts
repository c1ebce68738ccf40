import type * as z from "zod";
import type { BusyWorld } from "../busy-world.ts";

/** What a procedure is asked. */
export type Input = Readonly<Record<string, unknown>>;

/** How a procedure is tried. */
export interface Walked {
  /** Inputs that are answered. The first one is also what wrong inputs are made from. */
  readonly inputs: (world: BusyWorld) => readonly Input[] | Promise<readonly Input[]>;
  /** What every answer has to be. */
  readonly answer: z.ZodType;
}

/** Procedures by their path, `assets.get`. */
export type WalkedProcedures = Readonly<Record<string, Walked>>;

/** An asset with partitions. */
export const raw = { key: "weather/raw" };
/** What a plan is asked for. */
export const plan = { keys: ["letter"], partitions: { kind: "all" }, cascade: "upstream_missing" };

/** The id by which an asset is named on the wire. */
export async function idOf({ test }: BusyWorld, key: string): Promise<number> {
  const asset = await test.client.assets.get.query({ key });
  return asset.kind === "asset" ? asset.id : 0;
}
