/** The one that most needs a person; `undefined` for none. */
export function worstMark<TMark extends { readonly rank: number }>(marks: readonly TMark[]): TMark | undefined {
  return marks.reduce<TMark | undefined>(
    (worst, mark) => (worst === undefined || mark.rank < worst.rank ? mark : worst),
    undefined,
  );
}
