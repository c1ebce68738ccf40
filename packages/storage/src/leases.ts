import { HeddleError } from "@heddle/core";
import type { Database, Transaction } from "./database.ts";

/** A lease that this process holds. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  /** Grows with every change of the holder: the fence of everything that is done under the lease. */
  readonly epoch: number;
  /**
   * Until when the holder may act on it without asking again, on the clock of `performance.now()`. Counted from before
   * the request was sent, and with a second to spare, so that it ends before the database gives the lease to another.
   */
  readonly trustedUntilMs: number;
}

export interface LeaseRequest {
  readonly name: string;
  /** Names the process: a new UUID for each. */
  readonly holder: string;
  /** How long it lasts without being renewed. @default 6_000 */
  readonly ttlMs?: number;
}

const DEFAULT_TTL_MS = 6_000;
const TRUST_MARGIN_MS = 1_000;

/**
 * Takes a lease that is free or has run out, or renews it, by the database's clock. Gives `undefined` while another
 * holds it. Nothing depends on connections: a process that hangs loses it, and one that loses its connection keeps it.
 */
export async function acquireLease(db: Database, request: LeaseRequest): Promise<Lease | undefined> {
  const { name, holder, ttlMs = DEFAULT_TTL_MS } = request;
  const askedAtMs = performance.now();
  const epoch = await db.transaction(
    "acquireLease",
    async ({ sql }) => {
      const [row] = await sql<{ epoch: number }[]>`
        insert into lease (name, holder, epoch, expires_at)
        values (${name}, ${holder}, 1, clock_timestamp() + ${ttlMs}::double precision * interval '1 millisecond')
        on conflict (name) do update set
          holder = excluded.holder,
          epoch = case when lease.holder = excluded.holder then lease.epoch else lease.epoch + 1 end,
          expires_at = clock_timestamp() + ${ttlMs}::double precision * interval '1 millisecond'
        where lease.holder = excluded.holder or lease.expires_at < clock_timestamp()
        returning epoch`;
      return row?.epoch;
    },
    { isIdempotent: true, deadlineMs: ttlMs },
  );
  return epoch === undefined ? undefined : { name, holder, epoch, trustedUntilMs: askedAtMs + ttlMs - TRUST_MARGIN_MS };
}

/** Gives a lease back, so that another can take it at once. */
export async function releaseLease(db: Database, lease: Lease): Promise<void> {
  await db.transaction(
    "releaseLease",
    async ({ sql }) => {
      await sql`
        update lease set expires_at = '-infinity'
        where name = ${lease.name} and holder = ${lease.holder} and epoch = ${lease.epoch}`;
    },
    { isIdempotent: true },
  );
}

/**
 * Makes a transaction of a leaseholder fail when the lease has gone to another, and keeps it from going until the
 * transaction ends. Call it first in every transaction that acts under the lease.
 * @throws DATABASE_LEASE_LOST
 */
export async function assertLease({ sql }: Transaction, { name, epoch }: Pick<Lease, "name" | "epoch">): Promise<void> {
  const held = await sql`select 1 from lease where name = ${name} and epoch = ${epoch} for share`;
  if (held.count > 0) return;
  throw new HeddleError("DATABASE_LEASE_LOST", `the lease "${name}" has gone to another process`, {
    hint: "The process was away for longer than the lease lasts; what it was about to do is left to the new holder.",
    details: { name, epoch },
  });
}
