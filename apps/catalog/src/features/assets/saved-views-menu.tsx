import type { SavedView } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { useLocation, useRouter } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { client, queryClient, trpc } from "../../data/trpc.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { announce, announceFailure } from "../../ui/toasts.tsx";

interface SavedViewsMenuProps {
  /** Which page the views are of. */
  readonly page: "assets";
  readonly onDone: () => void;
}

/** The views that were saved of a page, for everybody: opens, saves and deletes them. */
export function SavedViewsMenu({ page, onDone }: SavedViewsMenuProps): ReactNode {
  const query = useQuery(trpc.views.list.queryOptions({ page }));
  const { searchStr } = useLocation();
  const current = searchStr.replace(/^\?/u, "");
  const views = query.data?.views ?? [];
  return (
    <div className="mt-2 flex flex-col gap-3">
      {query.isError && (
        <FailurePanel title="The views could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isSuccess && views.length === 0 && (
        <p className="text-muted">None yet. What is filtered, sorted and shown now can be kept under a name.</p>
      )}
      {views.length > 0 && (
        <ul aria-label="Saved views" className="flex max-h-72 flex-col overflow-y-auto">
          {views.map((view) => (
            <ViewLine key={view.id} view={view} page={page} isCurrent={view.search === current} onOpen={onDone} />
          ))}
        </ul>
      )}
      <SaveForm page={page} search={current} />
    </div>
  );
}

interface ViewLineProps {
  readonly view: SavedView;
  readonly page: "assets";
  readonly isCurrent: boolean;
  readonly onOpen: () => void;
}

function ViewLine({ view, page, isCurrent, onOpen }: ViewLineProps): ReactNode {
  const router = useRouter();
  const href = `/${page}${view.search === "" ? "" : `?${view.search}`}`;
  return (
    <li className="flex items-center gap-1">
      <a
        href={href}
        {...(isCurrent ? { "aria-current": "page" as const } : {})}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          onOpen();
          router.history.push(href);
        }}
        className="flex h-7 min-w-0 flex-1 items-center rounded-sm px-2 hover:bg-hover aria-[current=page]:bg-pressed"
      >
        <bdi className="truncate" title={view.name}>
          {view.name}
        </bdi>
      </a>
      <IconButton icon="close" label={`Delete the view ${view.name}`} onClick={() => void deleteView(view, page)} />
    </li>
  );
}

function SaveForm({ page, search }: { readonly page: "assets"; readonly search: string }): ReactNode {
  const [name, setName] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === "") return;
        void saveView({ page, name: name.trim(), search });
        setName("");
      }}
      className="flex gap-2 border-t border-line pt-3"
    >
      <TextField
        label="Name of this view"
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
        className="flex-1"
      />
      <Button type="submit" disabled={name.trim() === ""}>
        Save
      </Button>
    </form>
  );
}

async function saveView(view: {
  readonly page: "assets";
  readonly name: string;
  readonly search: string;
}): Promise<void> {
  try {
    await client.views.save.mutate(view);
    announce("View saved", view.name);
  } catch (error) {
    announceFailure("The view could not be saved", error);
  }
  await queryClient.invalidateQueries({ queryKey: trpc.views.list.queryKey({ page: view.page }) });
}

async function deleteView({ id, name }: SavedView, page: "assets"): Promise<void> {
  try {
    await client.views.delete.mutate({ id });
  } catch (error) {
    announceFailure(`The view ${name} could not be deleted`, error);
  }
  await queryClient.invalidateQueries({ queryKey: trpc.views.list.queryKey({ page }) });
}
