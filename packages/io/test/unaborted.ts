/** A signal that never fires. */
export const unaborted: { readonly signal: AbortSignal } = { signal: new AbortController().signal };
