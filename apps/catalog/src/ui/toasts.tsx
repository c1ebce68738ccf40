import { lazy, type ReactNode, Suspense } from "react";
import { describeFailure } from "../data/api-failure.ts";
import { addAnnouncement, useAnnouncementCount } from "./announcements.ts";

const ToastHost = lazy(async () => ({ default: (await import("./toast-host.tsx")).ToastHost }));

/** Tells that something was done. */
export function announce(title: string, description?: string): void {
  addAnnouncement({ title, ...(description === undefined ? {} : { description }), timeout: 4_000 });
}

/** Tells that something could not be done, and why. Stays until it is read. */
export function announceProblem(title: string, description: string): void {
  addAnnouncement({ title, description, priority: "high", timeout: 0, type: "failure" });
}

/** The same for a failed call of the API. */
export function announceFailure(title: string, error: unknown): void {
  const { message, hint } = describeFailure(error);
  announceProblem(title, [message, hint].filter(Boolean).join(" "));
}

/** Where announcements appear; what shows them is loaded with the first. */
export function Toasts(): ReactNode {
  if (useAnnouncementCount() === 0) return null;
  return (
    <Suspense>
      <ToastHost />
    </Suspense>
  );
}
