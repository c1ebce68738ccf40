/** The parts of a path as people read them. */
export function addressWords(pathname: string): string[] {
  return pathname.split("/").filter(Boolean).map(decode);
}

function decode(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    // Not an encoded text: shown as it stands in the address.
    return word;
  }
}
