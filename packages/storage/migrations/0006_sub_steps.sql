CREATE TABLE "sub_step" (
	"run_id" bigint NOT NULL,
	"asset_id" integer NOT NULL,
	"ordinal" bigint NOT NULL,
	"name" text NOT NULL,
	"result" text,
	"started_at" timestamp with time zone NOT NULL,
	"duration_ms" integer NOT NULL,
	"tries" smallint NOT NULL,
	CONSTRAINT "sub_step_run_id_asset_id_ordinal_name_pk" PRIMARY KEY("run_id","asset_id","ordinal","name")
);
