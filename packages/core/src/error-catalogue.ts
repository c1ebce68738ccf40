import { API_ERRORS } from "./error-catalogue/api-errors.ts";
import { COLLECTION_ERRORS } from "./error-catalogue/collection-errors.ts";
import { DATABASE_ERRORS } from "./error-catalogue/database-errors.ts";
import { DECLARATION_ERRORS } from "./error-catalogue/declaration-errors.ts";
import { IO_ERRORS } from "./error-catalogue/io-errors.ts";
import { NOTIFICATION_ERRORS } from "./error-catalogue/notification-errors.ts";
import { PARTITION_ERRORS } from "./error-catalogue/partition-errors.ts";
import { PREVIEW_ERRORS } from "./error-catalogue/preview-errors.ts";
import { PROCESS_ERRORS } from "./error-catalogue/process-errors.ts";
import { RUN_ERRORS } from "./error-catalogue/run-errors.ts";
import { SQL_ERRORS } from "./error-catalogue/sql-errors.ts";
import { TICK_ERRORS } from "./error-catalogue/tick-errors.ts";

/**
 * Every error code of Heddle, by area in the files beside. A code is permanent: it is never renamed and never used for
 * something else. `docs/error-codes.md` is generated from this table by `node scripts/generate-error-codes.ts`.
 */
export const ERROR_CATALOGUE = {
  ...DECLARATION_ERRORS,
  ...PARTITION_ERRORS,
  ...IO_ERRORS,
  ...SQL_ERRORS,
  ...RUN_ERRORS,
  ...TICK_ERRORS,
  ...NOTIFICATION_ERRORS,
  ...COLLECTION_ERRORS,
  ...PREVIEW_ERRORS,
  ...DATABASE_ERRORS,
  ...API_ERRORS,
  ...PROCESS_ERRORS,
} as const;

/** A permanent error code, such as `ASSET_CYCLE`. */
export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** Says whether `code` is one of Heddle's error codes. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(ERROR_CATALOGUE, code);
}
