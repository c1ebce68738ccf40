-- additive
ALTER TABLE "asset_chunk" ADD COLUMN "check_failed" "bytea";--> statement-breakpoint
ALTER TABLE "check_result" ADD COLUMN "judged_run_id" bigint;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "purpose" text DEFAULT 'materialize' NOT NULL;