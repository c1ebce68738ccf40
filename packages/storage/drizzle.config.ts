import { defineConfig } from "drizzle-kit";

/** `pnpm --filter @heddle/storage run generate` writes the next migration from the schema's changes. */
export default defineConfig({
  dialect: "postgresql",
  schema: "./src/schema/index.ts",
  out: "./migrations",
  casing: "snake_case",
});
