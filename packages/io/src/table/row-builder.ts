/** Makes `count` rows from columns of cells and appends them. */
export type AppendRows = (rows: object[], columns: readonly (readonly unknown[])[], count: number) => void;

/** Builders by the names of their columns: many short tables of one kind are read by one builder. */
const known = new Map<string, AppendRows>();
const MAX_KNOWN = 256;

/** The function that builds rows with these properties. */
export function rowBuilder(names: readonly string[]): AppendRows {
  const key = JSON.stringify(names);
  const builder = known.get(key) ?? makeBuilder(names);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, builder);
  return builder;
}

/**
 * Makes the function that builds rows with these properties. It is compiled from an object literal, because a literal
 * makes an object in about half of the time that setting one property after the other takes, and rows come in
 * millions. Where a process forbids compiling text (`--disallow-code-generation-from-strings`), properties are set.
 */
function makeBuilder(names: readonly string[]): AppendRows {
  const literal = names.map((name, index) => `${JSON.stringify(name)}: c${index}[i]`).join(", ");
  const columns = names.map((_, index) => `c${index}`).join(", ");
  try {
    // Names are quoted above, and a schema refuses the one that means something else in a literal, `__proto__`.
    // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- see above
    return new Function(
      "rows",
      "columns",
      "count",
      `const [${columns}] = columns; for (let i = 0; i < count; i += 1) rows.push({ ${literal} });`,
    ) as AppendRows;
  } catch (error) {
    if (error instanceof EvalError) return setProperties(names);
    throw error;
  }
}

function setProperties(names: readonly string[]): AppendRows {
  return (rows, columns, count) => {
    for (let index = 0; index < count; index += 1) {
      const row: Record<string, unknown> = {};
      names.forEach((name, at) => {
        row[name] = columns[at]?.[index];
      });
      rows.push(row);
    }
  };
}
