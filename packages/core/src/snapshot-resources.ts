import { type Definitions, findResource } from "./definitions.ts";
import type { ResourcesShape } from "./resource.ts";
import type { ResourceSnapshot } from "./snapshot.ts";
import { relativeToProject } from "./source-location.ts";

/** What takes resources. */
type User = keyof ResourceSnapshot["users"];

/** Every resource that something takes, by key, with how many of each kind take it. */
export function snapshotResources(definitions: Definitions, projectDirectory: string): ResourceSnapshot[] {
  const found = new Map<string, ResourceSnapshot>();
  for (const [user, resources] of takenResources(definitions)) {
    for (const declared of Object.values(resources)) {
      const filled = findResource(definitions, declared);
      const known = found.get(declared.key) ?? {
        key: declared.key,
        description: filled?.description ?? null,
        source: relativeToProject(filled?.source ?? declared.source, projectDirectory),
        users: { assets: 0, checks: 0, schedules: 0, sensors: 0 },
      };
      found.set(declared.key, { ...known, users: { ...known.users, [user]: known.users[user] + 1 } });
    }
  }
  return [...found.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function* takenResources(definitions: Definitions): Generator<readonly [User, ResourcesShape]> {
  for (const asset of definitions.assets.values()) if (asset.kind === "asset") yield ["assets", asset.resources];
  for (const check of [...definitions.checks.values()].flat()) yield ["checks", check.resources];
  for (const schedule of definitions.schedules.values()) yield ["schedules", schedule.resources];
  for (const sensor of definitions.sensors.values()) yield ["sensors", sensor.resources];
}
