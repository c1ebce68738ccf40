-- additive
CREATE TABLE "wipe" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "wipe_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"environment_id" smallint NOT NULL,
	"asset_id" integer NOT NULL,
	"partitions" "bytea" NOT NULL,
	"size" integer NOT NULL,
	"wiped_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"reason" text,
	"origin_key" text NOT NULL,
	"collected_at" timestamp with time zone,
	CONSTRAINT "wipe_origin_key" UNIQUE("origin_key")
);
--> statement-breakpoint
CREATE INDEX "wipe_by_asset" ON "wipe" USING btree ("asset_id","id");--> statement-breakpoint
CREATE INDEX "wipe_uncollected" ON "wipe" USING btree ("id") WHERE collected_at is null;