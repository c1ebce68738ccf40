-- additive
CREATE TABLE "preview_request" (
	"id" uuid PRIMARY KEY NOT NULL,
	"asset_id" integer NOT NULL,
	"ordinal" bigint NOT NULL,
	"run_id" bigint NOT NULL,
	"rows" integer NOT NULL,
	"code_version_id" integer NOT NULL,
	"subject" jsonb NOT NULL,
	"requested_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"claimed_until" timestamp with time zone,
	"answered_at" timestamp with time zone,
	"answer" jsonb
);
--> statement-breakpoint
CREATE INDEX "preview_request_open" ON "preview_request" USING btree ("requested_at") WHERE answered_at is null;--> statement-breakpoint
CREATE INDEX "preview_request_of_value" ON "preview_request" USING btree ("asset_id","ordinal","run_id");