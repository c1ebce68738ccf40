import { Toast } from "@base-ui/react/toast";
import { type ReactNode, useEffect } from "react";
import { IconButton } from "./button.tsx";
import { takeAnnouncements, useAnnouncementCount } from "./announcements.ts";

const manager = Toast.createToastManager();

/** Shows what is announced. */
export function ToastHost(): ReactNode {
  const count = useAnnouncementCount();
  useEffect(() => {
    for (const announcement of takeAnnouncements()) manager.add(announcement);
  }, [count]);
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
