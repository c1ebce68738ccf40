import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";
import { earlyLoads } from "./build/early-loads.ts";

/** Server whose API the development server hands requests to. */
const heddleUrl = process.env["HEDDLE_URL"] ?? "http://127.0.0.1:4400";

/** Small modules without heavy dependencies that most pages need. */
const SHARED_PARTS = new RegExp(
  [
    "catalog/src/(",
    "data/selection-of-keys|features/assets/no-assets|features/launch/open-states|status/paint-cell|theme/canvas-palette",
    "|timings|ui/(search-field|sentence|status-bar|text-field|unsettled|use-canvas-width|use-element-width|use-settled-text|use-typed-value)",
    ")|core/src/(brand|errors|nearest|selection/(format-selection|selection-tokens|wildcard))",
  ].join(""),
);

export default defineConfig({
  plugins: [react(), tailwindcss(), earlyLoads()],
  resolve: { conditions: ["@heddle/source", ...defaultClientConditions] },
  build: {
    target: "es2023",
    // Fonts stay files of their own: the page's policy lets styles, not data, name them, and they are cached for a year.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What every page needs is in few files: small ones compress badly, and each of them is named in the first.
          groups: [
            { name: "react", priority: 2, test: /node_modules\/(react|react-dom|scheduler)\// },
            {
              name: "pages",
              priority: 2,
              test: /node_modules\/@(tanstack\/(react-)?(router|router-core|history|store|query|query-core)|trpc)\//,
            },
            // What the first script imports, and what many pages share: a file of its own for each would be one more
            // request that a page waits for.
            { name: "shell", tags: ["$initial"], priority: 1 },
            { name: "parts", test: SHARED_PARTS, includeDependenciesRecursively: false },
          ],
        },
      },
    },
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/api": {
        target: heddleUrl,
        // The server accepts requests that come from a page of its own address alone.
        configure: (proxy) => {
          proxy.on("proxyReq", (request) => {
            request.setHeader("host", new URL(heddleUrl).host);
            request.setHeader("origin", heddleUrl);
          });
        },
      },
    },
  },
});
