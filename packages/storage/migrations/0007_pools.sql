ALTER TABLE "pool" DROP CONSTRAINT "pool_slots";--> statement-breakpoint
ALTER TABLE "claim" ADD COLUMN "pools" jsonb;--> statement-breakpoint
ALTER TABLE "pool" ADD COLUMN "override_slots" integer;--> statement-breakpoint
ALTER TABLE "pool" ADD COLUMN "code_location_id" integer;--> statement-breakpoint
ALTER TABLE "run_asset" ADD COLUMN "pools" jsonb;--> statement-breakpoint
CREATE INDEX "claim_pooled" ON "claim" USING btree ("id") WHERE pools is not null;--> statement-breakpoint
ALTER TABLE "pool" ADD CONSTRAINT "pool_slots" CHECK (slots >= 0 and (override_slots is null or override_slots >= 0));