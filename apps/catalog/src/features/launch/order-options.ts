/** Which partitions of an asset go first. */
export const ORDER_OPTIONS = [
  { value: "oldest", label: "Oldest first" },
  { value: "newest", label: "Newest first" },
] as const;
