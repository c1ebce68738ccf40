CREATE TABLE "fresh_chunk" (
	"run_id" bigint NOT NULL,
	"asset_id" integer NOT NULL,
	"chunk" integer NOT NULL,
	"partitions" "bytea" NOT NULL,
	"size" integer NOT NULL,
	CONSTRAINT "fresh_chunk_run_id_asset_id_chunk_pk" PRIMARY KEY("run_id","asset_id","chunk")
);
--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "limits" jsonb;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "limit_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "limits_exceeded" jsonb;--> statement-breakpoint
CREATE INDEX "run_limited" ON "run" USING btree ("limit_at") WHERE limit_at is not null and ended_at is null;