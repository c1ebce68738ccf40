-- additive
CREATE TABLE "automation_condition" (
	"hash" text PRIMARY KEY NOT NULL,
	"spec" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "automation_evaluation" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "automation_evaluation_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" bigint NOT NULL,
	"requested_count" bigint NOT NULL,
	"held_count" bigint NOT NULL,
	"run_id" bigint,
	"environment_id" smallint NOT NULL,
	"asset" text NOT NULL,
	"check_name" text NOT NULL,
	"cursor" text NOT NULL,
	"condition_hash" text NOT NULL,
	"requested" "bytea" NOT NULL,
	"stopped" "bytea" NOT NULL,
	"tree" text NOT NULL,
	"problem" text,
	"recorded_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "automation_round" (
	"environment_id" smallint PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL,
	"at" bigint NOT NULL,
	"cursor" text NOT NULL,
	"definitions" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "automation_state" (
	"environment_id" smallint NOT NULL,
	"asset" text NOT NULL,
	"check_name" text NOT NULL,
	"state" jsonb NOT NULL,
	"stopped" "bytea",
	"stopped_at" bigint,
	"requested_at" bigint,
	"requested_count" bigint,
	"run_ids" bigint[] DEFAULT '{}' NOT NULL,
	CONSTRAINT "automation_state_environment_id_asset_check_name_pk" PRIMARY KEY("environment_id","asset","check_name")
);
--> statement-breakpoint
CREATE TABLE "automation_switch" (
	"asset" text NOT NULL,
	"check_name" text NOT NULL,
	"is_off" boolean NOT NULL,
	"reason" text,
	"actor" text,
	"changed_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "automation_switch_asset_check_name_pk" PRIMARY KEY("asset","check_name")
);
--> statement-breakpoint
CREATE TABLE "freshness" (
	"environment_id" smallint NOT NULL,
	"asset" text NOT NULL,
	"policy" jsonb NOT NULL,
	"state" text NOT NULL,
	"since" bigint NOT NULL,
	"judged_at" bigint NOT NULL,
	"materialized_at" bigint,
	"changes_at" bigint,
	"overdue_at" bigint,
	CONSTRAINT "freshness_environment_id_asset_pk" PRIMARY KEY("environment_id","asset"),
	CONSTRAINT "freshness_state" CHECK (state in ('pass', 'warn', 'fail', 'unknown'))
);
--> statement-breakpoint
CREATE TABLE "freshness_change" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "freshness_change_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" bigint NOT NULL,
	"environment_id" smallint NOT NULL,
	"asset" text NOT NULL,
	"from_state" text,
	"to_state" text NOT NULL
);
--> statement-breakpoint
CREATE INDEX "automation_evaluation_by_target" ON "automation_evaluation" USING btree ("asset","check_name","id");--> statement-breakpoint
CREATE INDEX "freshness_change_by_asset" ON "freshness_change" USING btree ("environment_id","asset","at","id");