const STORAGE_KEY = "heddle.author";

/** The name that a person gave with their last change; "" before there is one. */
export function rememberedAuthor(): string {
  try {
    return localStorage.getItem(STORAGE_KEY) ?? "";
  } catch {
    // Without storage the name is asked for each time.
    return "";
  }
}

/** Remembers the name for the next change. */
export function rememberAuthor(name: string): void {
  try {
    if (name === "") localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, name);
  } catch {
    // It is asked for again the next time.
  }
}
