-- additive
ALTER TABLE "asset_chunk" ADD COLUMN "forgotten_until" timestamp with time zone;