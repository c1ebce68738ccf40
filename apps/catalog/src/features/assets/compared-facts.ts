interface Fact {
  readonly name: string;
  readonly text: string;
}

/** The same fact of two assets. */
export interface ComparedFact {
  readonly name: string;
  readonly first: string;
  readonly second: string;
  readonly same: boolean;
}

/** Facts of two assets side by side, in the order of the first; what neither has is left out. */
export function compareFacts(first: readonly Fact[], second: readonly Fact[]): readonly ComparedFact[] {
  const other = new Map(second.map(({ name, text }) => [name, text]));
  return first.flatMap(({ name, text }) => {
    const its = other.get(name) ?? "";
    return text === "" && its === "" ? [] : [{ name, first: text, second: its, same: text === its }];
  });
}
