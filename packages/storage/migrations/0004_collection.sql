-- additive
CREATE TABLE "collection" (
	"code_location_id" integer PRIMARY KEY NOT NULL,
	"requested_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"grace_ms" bigint NOT NULL,
	"worker_id" uuid,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"failures" smallint DEFAULT 0 NOT NULL,
	"result" jsonb
);
--> statement-breakpoint
CREATE TABLE "deployment" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "materialization" ADD COLUMN "collected_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "collected_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "collection" ADD CONSTRAINT "collection_code_location_id_code_location_id_fk" FOREIGN KEY ("code_location_id") REFERENCES "public"."code_location"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "run_uncollected" ON "run" USING btree ("id") WHERE ended_at is not null and collected_at is null;
--> statement-breakpoint
INSERT INTO "deployment" DEFAULT VALUES;
