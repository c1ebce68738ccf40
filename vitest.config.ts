import { defineConfig } from "vitest/config";

// Tests run on the packages' source: no build is needed, and stack traces name the lines that were written.
const source = {
  resolve: { conditions: ["@heddle/source"] },
  ssr: { resolve: { conditions: ["@heddle/source", "node"] } },
};
const execArgv = ["--conditions=@heddle/source", "--enable-source-maps"];

export default defineConfig({
  test: {
    projects: [
      {
        ...source,
        test: {
          name: "unit",
          include: [
            "packages/*/src/**/*.test.ts",
            "packages/core/test/**/*.test.ts",
            "apps/*/src/**/*.test.{ts,tsx}",
            "assets-example/test/**/*.test.ts",
            "scripts/**/*.test.ts",
          ],
          execArgv,
          testTimeout: 30_000,
        },
      },
      {
        ...source,
        test: {
          name: "types",
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ["packages/core/src/**/*.test-d.ts"],
            tsconfig: "packages/core/tsconfig.json",
          },
        },
      },
      {
        ...source,
        test: {
          name: "integration",
          include: ["packages/{storage,engine,api,io,testing,cli}/test/**/*.test.ts"],
          globalSetup: [
            "packages/storage/test/support/postgres-global-setup.ts",
            "packages/io/test/support/rados-gateway-global-setup.ts",
          ],
          execArgv,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...source,
        test: {
          name: "browser",
          include: ["apps/catalog/e2e/**/*.test.ts"],
          globalSetup: ["apps/catalog/e2e/support/catalog-global-setup.ts"],
          execArgv,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
