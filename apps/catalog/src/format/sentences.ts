/** Ends a text as a sentence: messages of errors have no full stop, because in a terminal others are put around them. */
export function endSentence(text: string): string {
  return /[.!?:…]$/u.test(text) ? text : `${text}.`;
}
