-- additive
CREATE TABLE "asset_staleness" (
	"environment_id" smallint NOT NULL,
	"asset_id" integer NOT NULL,
	"definition" text NOT NULL,
	"code" "bytea" NOT NULL,
	"inputs" "bytea" NOT NULL,
	"stale" "bytea" NOT NULL,
	"pending" "bytea" NOT NULL,
	"judged_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "asset_staleness_environment_id_asset_id_pk" PRIMARY KEY("environment_id","asset_id")
);
--> statement-breakpoint
CREATE TABLE "staleness_round" (
	"environment_id" smallint PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL,
	"cursor" text NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
