/**
 * Fewest steps from one end of links to each other one that can be reached, negative against their direction. What lies in
 * both directions counts as lying before.
 */
export function stepsFrom(
  centre: string,
  links: readonly { readonly from: string; readonly to: string }[],
): ReadonlyMap<string, number> {
  const steps = new Map([[centre, 0]]);
  for (const [near, far, step] of [["to", "from", -1] as const, ["from", "to", 1] as const]) {
    const beyond = Map.groupBy(links, (link) => link[near]);
    const queue = [centre];
    // It grows while it is gone through.
    for (const at of queue) {
      for (const { [far]: next } of beyond.get(at) ?? []) {
        if (steps.has(next)) continue;
        steps.set(next, (steps.get(at) ?? 0) + step);
        queue.push(next);
      }
    }
  }
  return steps;
}
