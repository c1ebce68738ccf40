-- additive
CREATE INDEX "event_by_time" ON "event" USING brin ("at");--> statement-breakpoint
CREATE INDEX "event_of_loads" ON "event" USING btree ("id") WHERE kind = 'code_loaded';--> statement-breakpoint
CREATE INDEX "materialization_by_time" ON "materialization" USING brin ("published_at");