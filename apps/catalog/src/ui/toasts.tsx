import { Toast } from "@base-ui/react/toast";
import type { ReactNode } from "react";
import { describeFailure } from "../data/api-failure.ts";
import { IconButton } from "./button.tsx";

const manager = Toast.createToastManager();

/** Tells that something was done. */
export function announce(title: string, description?: string): void {
  manager.add({ title, ...(description === undefined ? {} : { description }), timeout: 4_000 });
}

/** Tells that something could not be done, and why. Stays until it is read. */
export function announceProblem(title: string, description: string): void {
  manager.add({ title, description, priority: "high", timeout: 0, type: "failure" });
}

/** The same for a failed call of the API. */
export function announceFailure(title: string, error: unknown): void {
  const { message, hint } = describeFailure(error);
  announceProblem(title, [message, hint].filter(Boolean).join(" "));
}

/** Where announcements appear. */
export function Toasts(): ReactNode {
  return (
    <Toast.Provider toastManager={manager}>
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-4 z-50 flex w-80 flex-col gap-2">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList(): ReactNode {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className={`popup flex items-start gap-2 px-3 py-2 ${toast.type === "failure" ? "border-failed" : ""}`}
    >
      <Toast.Content className="min-w-0 flex-1">
        <Toast.Title className="font-medium" />
        <Toast.Description className="break-words text-muted" />
      </Toast.Content>
      <Toast.Close render={<IconButton icon="close" label="Dismiss" className="-mr-1.5" />} />
    </Toast.Root>
  ));
}
