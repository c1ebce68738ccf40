import type { DefinitionsSnapshot, SerializedError } from "@heddle/core/internal";
import { asc, desc, eq, isNotNull } from "drizzle-orm";
import type { Database, Transaction } from "../database.ts";
import { codeLocation, codeVersion } from "../schema/index.ts";

/** A stored code version with its bundle. */
export interface CodeVersion {
  readonly id: number;
  readonly hash: string;
  readonly location: string;
  readonly directory: string;
  readonly snapshot: DefinitionsSnapshot;
  /** gzip */
  readonly bundle: Uint8Array;
  readonly createdAt: Date;
}

/** What is in force at a code location. */
export interface CurrentCode {
  readonly codeLocationId: number;
  readonly location: string;
  readonly directory: string;
  /** `null` while no version has ever loaded. */
  readonly codeVersionId: number | null;
  readonly hash: string | null;
  readonly snapshot: DefinitionsSnapshot | null;
  readonly loadedAt: Date | null;
  /** Why the newest code does not load; the version above stays in force. */
  readonly loadError: SerializedError | null;
}

const CURRENT_CODE = {
  codeLocationId: codeLocation.id,
  location: codeLocation.name,
  directory: codeLocation.directory,
  codeVersionId: codeVersion.id,
  hash: codeVersion.hash,
  snapshot: codeVersion.snapshot,
  loadedAt: codeLocation.loadedAt,
  loadError: codeLocation.loadError,
};

const MOST_LOCATIONS = 1_000;

/** What is in force at every code location, by name. */
export async function listCurrentCode({ drizzle }: Transaction): Promise<readonly CurrentCode[]> {
  return drizzle
    .select(CURRENT_CODE)
    .from(codeLocation)
    .leftJoin(codeVersion, eq(codeVersion.id, codeLocation.currentCodeVersionId))
    .orderBy(asc(codeLocation.name))
    .limit(MOST_LOCATIONS);
}

/** What is in force at one code location; `undefined` when there is none of that name. */
export async function getCurrentCode(db: Database, location: string): Promise<CurrentCode | undefined> {
  return db.read("getCurrentCode", async ({ drizzle }) => {
    const [current] = await drizzle
      .select(CURRENT_CODE)
      .from(codeLocation)
      .leftJoin(codeVersion, eq(codeVersion.id, codeLocation.currentCodeVersionId))
      .where(eq(codeLocation.name, location));
    return current;
  });
}

/** The code version that was put in force last, in whichever code location. */
export async function findNewestCodeVersion(db: Database): Promise<number | undefined> {
  return db.read("findNewestCodeVersion", async ({ drizzle }) => {
    const [newest] = await drizzle
      .select({ id: codeLocation.currentCodeVersionId })
      .from(codeLocation)
      .where(isNotNull(codeLocation.currentCodeVersionId))
      .orderBy(desc(codeLocation.loadedAt), desc(codeLocation.id))
      .limit(1);
    return newest?.id ?? undefined;
  });
}

/** A code version with its bundle, by id, or by hash (the newest, should several locations have the same code). */
export async function getCodeVersion(db: Database, idOrHash: number | string): Promise<CodeVersion | undefined> {
  return db.read("getCodeVersion", async ({ drizzle }) => {
    const [found] = await drizzle
      .select({
        id: codeVersion.id,
        hash: codeVersion.hash,
        location: codeLocation.name,
        directory: codeLocation.directory,
        snapshot: codeVersion.snapshot,
        bundle: codeVersion.bundle,
        createdAt: codeVersion.createdAt,
      })
      .from(codeVersion)
      .innerJoin(codeLocation, eq(codeLocation.id, codeVersion.codeLocationId))
      .where(typeof idOrHash === "number" ? eq(codeVersion.id, idOrHash) : eq(codeVersion.hash, idOrHash))
      .orderBy(desc(codeVersion.id))
      .limit(1);
    return found;
  });
}
