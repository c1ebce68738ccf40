CREATE TABLE "asset" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "asset_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"code_location_id" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"code_version_id" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "asset_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "asset_chunk" (
	"environment_id" smallint NOT NULL,
	"asset_id" integer NOT NULL,
	"chunk" integer NOT NULL,
	"materialized" "bytea" NOT NULL,
	"failed" "bytea" NOT NULL,
	"updated_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "asset_chunk_environment_id_asset_id_chunk_pk" PRIMARY KEY("environment_id","asset_id","chunk")
);
--> statement-breakpoint
CREATE TABLE "asset_partition" (
	"environment_id" smallint NOT NULL,
	"asset_id" integer NOT NULL,
	"ordinal" bigint NOT NULL,
	"run_id" bigint NOT NULL,
	CONSTRAINT "asset_partition_environment_id_asset_id_ordinal_pk" PRIMARY KEY("environment_id","asset_id","ordinal")
);
--> statement-breakpoint
CREATE TABLE "attempt" (
	"run_id" bigint NOT NULL,
	"asset_id" integer NOT NULL,
	"ordinal" bigint NOT NULL,
	"number" smallint NOT NULL,
	"claim_id" bigint NOT NULL,
	"worker_id" uuid NOT NULL,
	"cause" text NOT NULL,
	"error" jsonb,
	"fingerprint" text,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "attempt_run_id_asset_id_ordinal_number_pk" PRIMARY KEY("run_id","asset_id","ordinal","number")
);
--> statement-breakpoint
CREATE TABLE "check_result" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "check_result_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"environment_id" smallint NOT NULL,
	"asset_id" integer NOT NULL,
	"name" text NOT NULL,
	"ordinal" bigint NOT NULL,
	"run_id" bigint NOT NULL,
	"claim_id" bigint NOT NULL,
	"passed" boolean NOT NULL,
	"severity" text NOT NULL,
	"blocking" boolean NOT NULL,
	"description" text,
	"metadata" jsonb,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "claim" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "claim_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"run_id" bigint NOT NULL,
	"asset_id" integer NOT NULL,
	"worker_id" uuid NOT NULL,
	"request_id" uuid NOT NULL,
	"partitions" "bytea" NOT NULL,
	"size" integer NOT NULL,
	"claimed_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "code_location" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "code_location_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"directory" text NOT NULL,
	"current_code_version_id" integer,
	"load_error" jsonb,
	"loaded_at" timestamp with time zone,
	CONSTRAINT "code_location_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "code_version" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "code_version_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"code_location_id" integer NOT NULL,
	"hash" text NOT NULL,
	"snapshot" jsonb NOT NULL,
	"bundle" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "code_version_location_hash" UNIQUE("code_location_id","hash")
);
--> statement-breakpoint
CREATE TABLE "environment" (
	"id" smallint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "environment_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 32767 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	CONSTRAINT "environment_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "event" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "event_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"kind" text NOT NULL,
	"run_id" bigint,
	"asset_id" integer,
	"partitions" "bytea",
	"payload" jsonb
);
--> statement-breakpoint
CREATE TABLE "lease" (
	"name" text PRIMARY KEY NOT NULL,
	"holder" uuid NOT NULL,
	"epoch" bigint NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "log_chunk" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "log_chunk_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"run_id" bigint NOT NULL,
	"asset_id" integer NOT NULL,
	"first_ordinal" bigint NOT NULL,
	"last_ordinal" bigint NOT NULL,
	"line_count" integer NOT NULL,
	"lines" text NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "materialization" (
	"ordinal" bigint NOT NULL,
	"run_id" bigint NOT NULL,
	"claim_id" bigint NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"published_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"asset_id" integer NOT NULL,
	"code_version_id" integer NOT NULL,
	"duration_ms" integer NOT NULL,
	"attempt" smallint NOT NULL,
	"data_version" text,
	"stored" jsonb,
	"metadata" jsonb,
	"inputs" jsonb,
	CONSTRAINT "materialization_asset_id_ordinal_run_id_pk" PRIMARY KEY("asset_id","ordinal","run_id")
);
--> statement-breakpoint
CREATE TABLE "pool" (
	"name" text PRIMARY KEY NOT NULL,
	"slots" integer NOT NULL,
	CONSTRAINT "pool_slots" CHECK (slots >= 0)
);
--> statement-breakpoint
CREATE TABLE "run" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "run_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"environment_id" smallint NOT NULL,
	"status" text NOT NULL,
	"origin" jsonb NOT NULL,
	"origin_key" text,
	"code_version_id" integer NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"max_concurrency" integer,
	"tags" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"plan" jsonb NOT NULL,
	"plan_hash" text NOT NULL,
	"total" integer NOT NULL,
	"unfinished" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"cancel_requested_at" timestamp with time zone,
	CONSTRAINT "run_origin_key" UNIQUE("origin_key"),
	CONSTRAINT "run_status" CHECK (status in ('queued', 'running', 'paused', 'canceling', 'success', 'failed', 'canceled')),
	CONSTRAINT "run_ended" CHECK ((status in ('success', 'failed', 'canceled')) = (ended_at is not null)),
	CONSTRAINT "run_unfinished" CHECK (unfinished between 0 and total and (ended_at is null or unfinished = 0))
);
--> statement-breakpoint
CREATE TABLE "run_asset" (
	"run_id" bigint NOT NULL,
	"asset_id" integer NOT NULL,
	"position" integer NOT NULL,
	"total" integer NOT NULL,
	"waiting" integer NOT NULL,
	"ready" integer NOT NULL,
	"running" integer DEFAULT 0 NOT NULL,
	"backoff" integer DEFAULT 0 NOT NULL,
	"success" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"skipped" integer DEFAULT 0 NOT NULL,
	"canceled" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "run_asset_run_id_asset_id_pk" PRIMARY KEY("run_id","asset_id"),
	CONSTRAINT "run_asset_total" CHECK (waiting + ready + running + backoff + success + failed + skipped + canceled = total),
	CONSTRAINT "run_asset_counts" CHECK (least(waiting, ready, running, backoff, success, failed, skipped, canceled) >= 0)
);
--> statement-breakpoint
CREATE TABLE "run_chunk" (
	"run_id" bigint NOT NULL,
	"asset_id" integer NOT NULL,
	"chunk" integer NOT NULL,
	"position" integer NOT NULL,
	"claimable" boolean NOT NULL,
	"waiting" "bytea" NOT NULL,
	"ready" "bytea" NOT NULL,
	"running" "bytea" NOT NULL,
	"backoff" "bytea" NOT NULL,
	"success" "bytea" NOT NULL,
	"failed" "bytea" NOT NULL,
	"skipped" "bytea" NOT NULL,
	"canceled" "bytea" NOT NULL,
	CONSTRAINT "run_chunk_run_id_asset_id_chunk_pk" PRIMARY KEY("run_id","asset_id","chunk")
);
--> statement-breakpoint
CREATE TABLE "step" (
	"run_id" bigint NOT NULL,
	"asset_id" integer NOT NULL,
	"ordinal" bigint NOT NULL,
	"errors" smallint DEFAULT 0 NOT NULL,
	"losses" smallint DEFAULT 0 NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"retry_at" timestamp with time zone,
	"cause" text,
	CONSTRAINT "step_run_id_asset_id_ordinal_pk" PRIMARY KEY("run_id","asset_id","ordinal")
);
--> statement-breakpoint
CREATE TABLE "worker" (
	"id" uuid PRIMARY KEY NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"slots" integer NOT NULL,
	"started_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"lease_until" timestamp with time zone NOT NULL,
	"drain_requested_at" timestamp with time zone,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "asset" ADD CONSTRAINT "asset_code_location_id_code_location_id_fk" FOREIGN KEY ("code_location_id") REFERENCES "public"."code_location"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "asset" ADD CONSTRAINT "asset_code_version_id_code_version_id_fk" FOREIGN KEY ("code_version_id") REFERENCES "public"."code_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "code_location" ADD CONSTRAINT "code_location_current_code_version_id_code_version_id_fk" FOREIGN KEY ("current_code_version_id") REFERENCES "public"."code_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "code_version" ADD CONSTRAINT "code_version_code_location_id_code_location_id_fk" FOREIGN KEY ("code_location_id") REFERENCES "public"."code_location"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run" ADD CONSTRAINT "run_environment_id_environment_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run" ADD CONSTRAINT "run_code_version_id_code_version_id_fk" FOREIGN KEY ("code_version_id") REFERENCES "public"."code_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "check_result_by_partition" ON "check_result" USING btree ("asset_id","name","ordinal","id");--> statement-breakpoint
CREATE INDEX "claim_by_worker" ON "claim" USING btree ("worker_id");--> statement-breakpoint
CREATE INDEX "claim_by_run" ON "claim" USING btree ("run_id","asset_id");--> statement-breakpoint
CREATE INDEX "event_cursor" ON "event" USING btree ("xid","id");--> statement-breakpoint
CREATE INDEX "log_chunk_by_run" ON "log_chunk" USING btree ("run_id","asset_id","id");--> statement-breakpoint
CREATE INDEX "run_open" ON "run" USING btree ("status","priority" DESC NULLS FIRST,"id") WHERE status in ('queued', 'running', 'canceling', 'paused');--> statement-breakpoint
CREATE INDEX "run_asset_by_asset" ON "run_asset" USING btree ("asset_id","run_id");--> statement-breakpoint
CREATE INDEX "run_chunk_claimable" ON "run_chunk" USING btree ("run_id","position" DESC NULLS FIRST,"chunk") WHERE claimable;--> statement-breakpoint
CREATE INDEX "step_retry" ON "step" USING btree ("retry_at") WHERE retry_at is not null;--> statement-breakpoint
CREATE INDEX "worker_alive" ON "worker" USING btree ("lease_until") WHERE ended_at is null;