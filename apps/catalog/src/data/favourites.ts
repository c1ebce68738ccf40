import { useQuery } from "@tanstack/react-query";
import { announceFailure } from "../ui/toasts.tsx";
import { client, queryClient, trpc } from "./trpc.ts";

/** The assets that are starred. */
export const favouritesQuery = () => trpc.favourites.list.queryOptions({});

/** Keys of the assets that are starred, those first that were last; empty until they are known. */
export function useFavourites(): readonly string[] {
  return useQuery(favouritesQuery()).data?.keys ?? NONE;
}

const NONE: readonly string[] = [];

/** Stars an asset or takes the star back; it shows at once, and comes back when the server refuses. */
export async function setFavourite(key: string, isFavourite: boolean): Promise<void> {
  const queryKey = trpc.favourites.list.queryKey({});
  queryClient.setQueryData(queryKey, (before) => {
    const others = (before?.keys ?? []).filter((own) => own !== key);
    return { keys: isFavourite ? [key, ...others] : others };
  });
  try {
    await client.favourites.set.mutate({ key, isFavourite });
  } catch (error) {
    announceFailure(`The star of ${key} could not be changed`, error);
  }
  await queryClient.invalidateQueries({ queryKey });
}
