import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

/** Server whose API the development server hands requests to. */
const heddleUrl = process.env["HEDDLE_URL"] ?? "http://127.0.0.1:4400";

export default defineConfig({
  plugins: [react(), tailwindcss()],
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
            { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
            {
              name: "pages",
              test: /node_modules\/@(tanstack\/(react-)?(router|router-core|history|store|query|query-core)|trpc)\//,
            },
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
