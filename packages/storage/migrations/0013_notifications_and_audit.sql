-- additive
CREATE TABLE "audit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"actor" jsonb NOT NULL,
	"action" text NOT NULL,
	"subject" text DEFAULT '' NOT NULL,
	"outcome" text NOT NULL,
	"error_code" text,
	"input" jsonb,
	"input_digest" text NOT NULL,
	CONSTRAINT "audit_outcome" CHECK (outcome in ('done', 'refused') and (outcome = 'refused') = (error_code is not null))
);
--> statement-breakpoint
CREATE TABLE "daemon_loop" (
	"name" text PRIMARY KEY NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"beat_at" timestamp with time zone NOT NULL,
	"lag_ms" integer NOT NULL,
	"duration_ms" integer NOT NULL,
	"failures" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notification" (
	"name" text PRIMARY KEY NOT NULL,
	"code_location_id" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"cursor" text NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	"removed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "notification_message" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "notification_message_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" uuid DEFAULT gen_random_uuid() NOT NULL,
	"notification" text NOT NULL,
	"place" smallint DEFAULT 0 NOT NULL,
	"target" jsonb NOT NULL,
	"template" text,
	"group_key" text NOT NULL,
	"is_test" boolean DEFAULT false NOT NULL,
	"state" text NOT NULL,
	"count" integer NOT NULL,
	"events" jsonb NOT NULL,
	"run_ids" bigint[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"attempt_id" uuid,
	"give_up_at" timestamp with time zone,
	"give_up_after_ms" bigint NOT NULL,
	"error" jsonb,
	"began_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	CONSTRAINT "notification_message_state" CHECK (state in ('gathering', 'sending', 'sent', 'failed')),
	CONSTRAINT "notification_message_ended" CHECK ((state in ('sent', 'failed')) = (ended_at is not null))
);
--> statement-breakpoint
CREATE TABLE "webhook_receipt" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "webhook_receipt_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"sensor" text NOT NULL,
	"delivery_id" text NOT NULL,
	"received_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"headers" jsonb NOT NULL,
	"payload" jsonb NOT NULL,
	CONSTRAINT "webhook_receipt_delivery" UNIQUE("sensor","delivery_id")
);
--> statement-breakpoint
ALTER TABLE "code_location" ADD COLUMN "reload_requested_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "notification" ADD CONSTRAINT "notification_code_location_id_code_location_id_fk" FOREIGN KEY ("code_location_id") REFERENCES "public"."code_location"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_by_action" ON "audit" USING btree ("action","id");--> statement-breakpoint
CREATE UNIQUE INDEX "notification_message_gathering" ON "notification_message" USING btree ("notification","place","group_key") WHERE state = 'gathering';--> statement-breakpoint
CREATE INDEX "notification_message_due" ON "notification_message" USING btree ("due_at") WHERE state in ('gathering', 'sending');--> statement-breakpoint
CREATE INDEX "notification_message_by_name" ON "notification_message" USING btree ("notification","id");--> statement-breakpoint
CREATE INDEX "notification_message_group" ON "notification_message" USING btree ("notification","place","group_key","began_at");--> statement-breakpoint
CREATE INDEX "notification_message_of_runs" ON "notification_message" USING gin ("run_ids") WHERE error is not null;