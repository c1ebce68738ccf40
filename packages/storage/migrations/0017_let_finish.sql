-- additive
ALTER TABLE "run" ADD COLUMN "lets_finish" boolean DEFAULT false NOT NULL;