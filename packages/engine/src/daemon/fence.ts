import { assertLease, type Database, type Lease } from "@heddle/storage";

/**
 * The same database, for what may only be done while a lease is held: every transaction first makes sure that it is,
 * and keeps it from going to another until it commits. @throws DATABASE_LEASE_LOST by those transactions
 */
export function fence(db: Database, lease: Pick<Lease, "name" | "epoch">): Database {
  return {
    ...db,
    transaction: (name, fn, options) =>
      db.transaction(
        name,
        async (tx) => {
          await assertLease(tx, lease);
          return fn(tx);
        },
        options,
      ),
  };
}
