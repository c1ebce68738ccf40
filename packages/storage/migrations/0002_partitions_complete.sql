CREATE TABLE "dynamic_definition" (
	"name" text PRIMARY KEY NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dynamic_partition" (
	"definition" text NOT NULL,
	"ordinal" integer NOT NULL,
	"key" text NOT NULL,
	"added_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "dynamic_partition_definition_ordinal_pk" PRIMARY KEY("definition","ordinal"),
	CONSTRAINT "dynamic_partition_key" UNIQUE("definition","key")
);
--> statement-breakpoint
ALTER TABLE "asset" DROP CONSTRAINT "asset_key_unique";--> statement-breakpoint
DROP INDEX "run_chunk_claimable";--> statement-breakpoint
ALTER TABLE "asset" ADD COLUMN "scheme" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "asset" ADD COLUMN "numbering" jsonb;--> statement-breakpoint
ALTER TABLE "asset" ADD COLUMN "superseded_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "claim" ADD COLUMN "is_chunk" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "planned_at" bigint GENERATED ALWAYS AS ((plan ->> 'at')::bigint) STORED;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "after" bigint[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "newest_first" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "run_asset" ADD COLUMN "duration_ms" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "run_asset" ADD COLUMN "chunk_size" integer;--> statement-breakpoint
ALTER TABLE "run_chunk" ADD COLUMN "rank" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
-- Runs that were made before go on in the order that they had.
UPDATE "run_chunk" SET "rank" = "chunk" WHERE "chunk" <> 0;--> statement-breakpoint
ALTER TABLE "dynamic_partition" ADD CONSTRAINT "dynamic_partition_definition_dynamic_definition_name_fk" FOREIGN KEY ("definition") REFERENCES "public"."dynamic_definition"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "asset_in_force" ON "asset" USING btree ("key") WHERE superseded_at is null;--> statement-breakpoint
CREATE INDEX "run_chunk_claimable" ON "run_chunk" USING btree ("run_id","position" DESC NULLS FIRST,"rank") WHERE claimable;--> statement-breakpoint
ALTER TABLE "asset" ADD CONSTRAINT "asset_key_scheme" UNIQUE("key","scheme");
