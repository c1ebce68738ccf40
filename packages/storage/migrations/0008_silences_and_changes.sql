CREATE TABLE "check_silence" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "check_silence_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"environment_id" smallint NOT NULL,
	"asset_id" integer NOT NULL,
	"name" text NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"reason" text NOT NULL,
	"actor" text,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"lifted_at" timestamp with time zone,
	"lifted_by" text
);
--> statement-breakpoint
CREATE TABLE "tick_change" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "tick_change_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"change" text NOT NULL,
	"cursor" text,
	"actor" text,
	"reason" text,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "tick_change_change" CHECK (change in ('paused', 'resumed', 'cursor'))
);
--> statement-breakpoint
ALTER TABLE "tick" ADD COLUMN "cursor" text;--> statement-breakpoint
CREATE INDEX "check_silence_of_check" ON "check_silence" USING btree ("environment_id","asset_id","name","id");--> statement-breakpoint
CREATE INDEX "check_silence_open" ON "check_silence" USING btree ("environment_id","until") WHERE lifted_at is null;--> statement-breakpoint
CREATE INDEX "tick_change_by_name" ON "tick_change" USING btree ("kind","name","id");