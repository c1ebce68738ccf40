import { transaction } from "./call.ts";
import type { Session } from "./session.ts";
import type { StoredVersion } from "./stored-version.ts";

/** So many rows are removed by one transaction. */
const BATCH_ROWS = 100_000;
const STATEMENT_MS = 60_000;

/**
 * Removes a version with its rows. Readers see it go before its first row does; what is interrupted is found again by
 * the same version, also by a second call.
 */
export async function removeVersion(session: Session, stored: StoredVersion): Promise<void> {
  const key = [String(stored.version), stored.token];
  const rows = await transaction(session, { statementMs: STATEMENT_MS }, async () => {
    const [found] = await session.query(
      "update heddle.version set is_removed = true where id = $1::bigint and token = $2::uuid returning row_count",
      key,
    );
    if (found === undefined) return null;
    await showEarlier(session, stored);
    return Number(found[0]);
  });
  if (rows === null) return;
  const [table] = await session.query("select to_regclass($1) is not null", [stored.table]);
  const isThere = table?.[0] === "t";
  for (let from = 0; isThere && from < rows; from += BATCH_ROWS) {
    await transaction(session, { statementMs: STATEMENT_MS }, async () => {
      await session.query(
        `delete from ${stored.table}
         where heddle_version = $1::bigint and heddle_row >= $2::integer and heddle_row < $3::bigint`,
        [String(stored.version), String(from), String(from + BATCH_ROWS)],
      );
    });
  }
  await transaction(session, { statementMs: STATEMENT_MS }, async () => {
    // Another removal may have shown this version meanwhile.
    await showEarlier(session, stored);
    await session.query("delete from heddle.version where id = $1::bigint and token = $2::uuid", key);
  });
}

/**
 * A version that outside readers see is removed when its attempt never came to publish it in Heddle. What they saw before
 * takes its place: that is what Heddle still names.
 */
async function showEarlier(session: Session, { version }: StoredVersion): Promise<void> {
  const [shown] = await session.query(
    "select relation, partition_key from heddle.published where version = $1::bigint for update",
    [String(version)],
  );
  if (shown === undefined) return;
  const [relation = null, partitionKey = null] = shown;
  const [earlier] = await session.query(
    `select id, fence from heddle.version
     where relation = $1 and partition_key = $2 and fence is not null and not is_removed order by fence desc limit 1`,
    [relation, partitionKey],
  );
  if (earlier === undefined) {
    await session.query("delete from heddle.published where relation = $1 and partition_key = $2", [
      relation,
      partitionKey,
    ]);
    return;
  }
  // The fence stays: the attempt whose version goes is still the latest that came.
  await session.query(
    "update heddle.published set version = $3::bigint, published_at = clock_timestamp() where relation = $1 and partition_key = $2",
    [relation, partitionKey, earlier[0] ?? null],
  );
}
