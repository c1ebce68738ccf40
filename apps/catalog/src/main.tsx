import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { listenForLostParts } from "./data/build-check.ts";
import { startLiveCatalog } from "./data/live-catalog.ts";
import { queryClient } from "./data/trpc.ts";
import { listenForHotkeys } from "./keyboard/hotkeys.ts";
import { router } from "./routes.tsx";
import { startTimeZone } from "./time-zone/time-zone.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html holds no element with the id root");

startTimeZone();
listenForLostParts();
startLiveCatalog();
listenForHotkeys();

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
