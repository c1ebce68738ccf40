-- Settings of tables that drizzle's schema cannot express, and the row that every database has.

-- Rows that are rewritten all the time leave room on their page, so that a new version stays beside the old one and no
-- index is touched; and they are vacuumed by count rather than by share, because dead rows slow every claim down.
ALTER TABLE "run" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 200);
--> statement-breakpoint
ALTER TABLE "run_asset" SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
--> statement-breakpoint
ALTER TABLE "run_chunk" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
--> statement-breakpoint
ALTER TABLE "asset_chunk" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200);
--> statement-breakpoint
ALTER TABLE "asset_partition" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);
--> statement-breakpoint
ALTER TABLE "claim" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
ALTER TABLE "step" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
ALTER TABLE "worker" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
--> statement-breakpoint
ALTER TABLE "lease" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
--> statement-breakpoint

-- Sets of partitions stay in the row as they are: they are dense already, and out of the row each change of one set
-- would write all of them again elsewhere.
ALTER TABLE "run_chunk"
  SET (toast_tuple_target = 8160),
  ALTER COLUMN "waiting" SET STORAGE MAIN,
  ALTER COLUMN "ready" SET STORAGE MAIN,
  ALTER COLUMN "running" SET STORAGE MAIN,
  ALTER COLUMN "backoff" SET STORAGE MAIN,
  ALTER COLUMN "success" SET STORAGE MAIN,
  ALTER COLUMN "failed" SET STORAGE MAIN,
  ALTER COLUMN "skipped" SET STORAGE MAIN,
  ALTER COLUMN "canceled" SET STORAGE MAIN;
--> statement-breakpoint
ALTER TABLE "asset_chunk"
  SET (toast_tuple_target = 8160),
  ALTER COLUMN "materialized" SET STORAGE MAIN,
  ALTER COLUMN "failed" SET STORAGE MAIN;
--> statement-breakpoint
-- A bundle is compressed already.
ALTER TABLE "code_version" ALTER COLUMN "bundle" SET STORAGE EXTERNAL;
--> statement-breakpoint

-- The second guard, beside the conditional updates of the transactions: what has ended stays as it ended.
CREATE FUNCTION "refuse_reopening_run"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'run % has ended as % and cannot become %', OLD.id, OLD.status, NEW.status
    USING ERRCODE = 'check_violation', CONSTRAINT = 'run_final';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "run_final" BEFORE UPDATE OF "status" ON "run" FOR EACH ROW
  WHEN (OLD.status IN ('success', 'failed', 'canceled') AND NEW.status <> OLD.status)
  EXECUTE FUNCTION "refuse_reopening_run"();
--> statement-breakpoint

INSERT INTO "environment" ("name") VALUES ('production');
