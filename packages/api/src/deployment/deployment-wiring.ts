import { readDeclaredResources } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { AssetRef, DeploymentWiring } from "../contract.ts";

/** Assets that are named; the others are counted. */
const NAMED = 5;

/** Answers `deployment.wiring`. */
export async function readDeploymentWiring(state: ApiState): Promise<DeploymentWiring> {
  return state.db.read("deployment.wiring", async (tx) => {
    const index = await state.definitions.index(tx);
    const resources = await readDeclaredResources(tx);
    const byResource = new Map<string, AssetRef[]>();
    const byIo = new Map<string, { codeLocation: string; name: string; isTable: boolean; assets: AssetRef[] }>();
    for (const { id, key, codeLocation, definition } of index.declared) {
      if (definition.kind !== "asset") continue;
      for (const resource of definition.resources) pushTo(byResource, `${codeLocation}\n${resource}`, { id, key });
      const name = `${codeLocation}\n${definition.io}`;
      const known = byIo.get(name) ?? { codeLocation, name: definition.io, isTable: false, assets: [] };
      known.assets.push({ id, key });
      byIo.set(name, { ...known, isTable: known.isTable || (definition.table ?? null) !== null });
    }
    return {
      resources: resources.map(({ location, resource }) => {
        const { key, description, source, users } = resource;
        const assets = byResource.get(`${location}\n${key}`) ?? [];
        return { key, codeLocation: location, description, source, users, assets: assets.slice(0, NAMED) };
      }),
      ioManagers: [...byIo.values()]
        .map(({ assets, ...rest }) => ({ ...rest, assetCount: assets.length, assets: assets.slice(0, NAMED) }))
        .toSorted((a, b) => b.assetCount - a.assetCount || (a.name < b.name ? -1 : 1)),
    };
  });
}

function pushTo(map: Map<string, AssetRef[]>, name: string, asset: AssetRef): void {
  const known = map.get(name);
  if (known === undefined) map.set(name, [asset]);
  else known.push(asset);
}
