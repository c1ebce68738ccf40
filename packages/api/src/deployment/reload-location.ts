import { HeddleError } from "@heddle/core";
import { formatNearest } from "@heddle/core/internal";
import { readDeployment, requestReload } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { ReloadAnswer } from "../contract.ts";

/** Answers `deployment.reload`. @throws CODE_LOCATION_UNKNOWN */
export async function reloadLocation(state: ApiState, name: string): Promise<ReloadAnswer> {
  if (await requestReload(state.db, name)) return { name, requested: true };
  const { codeLocations } = await state.db.read("find nearest", async (tx) =>
    readDeployment(tx, await state.definitions.environmentId(tx)),
  );
  const near = formatNearest(
    name,
    codeLocations.map((one) => one.name),
  );
  throw new HeddleError("CODE_LOCATION_UNKNOWN", `there is no code location ${JSON.stringify(name)}`, {
    ...(near !== null && { hint: near }),
    details: { name },
  });
}
