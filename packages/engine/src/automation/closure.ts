import { targetId, type CompiledAutomation } from "@heddle/core/internal";

/**
 * The conditions on whose results those of some targets may depend: what is requested upstream, or wherever they look, is
 * part of what they ask. For a full evaluation only: what has to be evaluated when is left out.
 */
export function closureOf(automation: CompiledAutomation, ids: readonly string[]): CompiledAutomation {
  const byId = new Map(automation.targets.map((target) => [target.id, target]));
  const reached = new Set<string>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const target = byId.get(id);
    if (target === undefined || reached.has(id)) continue;
    reached.add(id);
    for (const key of target.reach) open.push(targetId(key, null));
  }
  const targets = automation.targets.filter(({ id }) => reached.has(id));
  return { ...automation, targets, readers: new Map(), clocks: [], timelines: [] };
}
