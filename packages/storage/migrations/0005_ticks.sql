-- additive
CREATE TABLE "schedule" (
	"name" text PRIMARY KEY NOT NULL,
	"code_location_id" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"paused" boolean,
	"after" bigint NOT NULL,
	"covered_until" bigint NOT NULL,
	"retry_tick" bigint,
	"retry_attempts" smallint DEFAULT 0 NOT NULL,
	"retry_not_before" bigint,
	"retry_error" jsonb,
	"removed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "sensor" (
	"name" text PRIMARY KEY NOT NULL,
	"code_location_id" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"paused" boolean,
	"cursor" text,
	"version" bigint DEFAULT 0 NOT NULL,
	"started_at" bigint,
	"failures" integer DEFAULT 0 NOT NULL,
	"removed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "tick" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "tick_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"at" bigint NOT NULL,
	"is_manual" boolean DEFAULT false NOT NULL,
	"outcome" text NOT NULL,
	"reason" text,
	"error" jsonb,
	"run_ids" bigint[] DEFAULT '{}' NOT NULL,
	"count" integer DEFAULT 1 NOT NULL,
	"until" bigint,
	"duration_ms" integer,
	"log" text,
	"recorded_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "tick_kind" CHECK (kind in ('schedule', 'sensor')),
	CONSTRAINT "tick_outcome" CHECK (outcome in ('requested', 'skipped', 'failed', 'missed')),
	CONSTRAINT "tick_requested" CHECK ((outcome = 'requested') = (run_ids <> '{}'))
);
--> statement-breakpoint
CREATE TABLE "tick_request" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"is_dry_run" boolean NOT NULL,
	"requested_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"answered_at" timestamp with time zone,
	"answer" jsonb
);
--> statement-breakpoint
ALTER TABLE "schedule" ADD CONSTRAINT "schedule_code_location_id_code_location_id_fk" FOREIGN KEY ("code_location_id") REFERENCES "public"."code_location"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sensor" ADD CONSTRAINT "sensor_code_location_id_code_location_id_fk" FOREIGN KEY ("code_location_id") REFERENCES "public"."code_location"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "tick_of_schedule" ON "tick" USING btree ("name","at") WHERE kind = 'schedule' and not is_manual;--> statement-breakpoint
CREATE INDEX "tick_by_name" ON "tick" USING btree ("kind","name","id");--> statement-breakpoint
CREATE INDEX "tick_request_open" ON "tick_request" USING btree ("requested_at") WHERE answered_at is null;