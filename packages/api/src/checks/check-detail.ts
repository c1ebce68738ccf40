import { HeddleError } from "@heddle/core";
import { formatNearest } from "@heddle/core/internal";
import { requireAsset, type IndexedAsset } from "@heddle/engine/planning";
import { liftSilence, readSilencesOf, silenceCheck } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { CheckDetail, CheckSilenceChange, CheckStanding } from "../contract.ts";
import type { CheckInput, CheckSilenceInput } from "../inputs/checks.ts";
import { describeChecks } from "./check-answers.ts";
import { stateOf } from "./check-problems.ts";
import { describeSilence, gatherChecks, readProblems, summarizeCheck } from "./check-summaries.ts";

/** Silences of a check that are told. */
const MAX_SILENCES = 20;

/** Answers `checks.get`, also of a check that is not declared any more and has results. @throws ASSET_UNKNOWN, CHECK_UNKNOWN */
export async function readCheckDetail(state: ApiState, { key, check: name }: CheckInput): Promise<CheckDetail> {
  await state.checks.refreshTrails(state.db);
  return state.db.read("checks.get", async (tx) => {
    const asset = requireAsset(await state.definitions.index(tx), key);
    const environmentId = await state.definitions.environmentId(tx);
    const space = (await state.definitions.spaces(tx, Date.now())).of(asset);
    const standings = await describeChecks(tx, state.checks, { asset, space, environmentId });
    const standing = standings.find((one) => one.name === name);
    if (standing === undefined) throw checkUnknown(asset, name, standings);
    const [declared] = (await gatherChecks(state, tx, [asset])).filter((one) => one.name === name);
    const check = declared ?? formerCheck(state, asset, standing);
    const silences = await readSilencesOf(tx, { environmentId, assetId: asset.id, name }, MAX_SILENCES);
    return {
      now: Date.now(),
      summary: summarizeCheck(check, await readProblems(state, tx, [check])),
      standing,
      partitions: asset.definition.partitions,
      silences: silences.map(describeSilence),
    };
  });
}

/** Answers `checks.silence`. @throws ASSET_UNKNOWN, CHECK_UNKNOWN */
export async function changeSilence(state: ApiState, input: CheckSilenceInput): Promise<CheckSilenceChange> {
  const { key, check: name, until, reason, actor } = input;
  const check = await state.db.read("find check", async (tx) => {
    const asset = requireAsset(await state.definitions.index(tx), key);
    if (!asset.definition.checks.some((one) => one.name === name)) {
      throw checkUnknown(asset, name, asset.definition.checks);
    }
    return { environmentId: await state.definitions.environmentId(tx), assetId: asset.id, name };
  });
  if (until === null) return { changed: await liftSilence(state.db, { ...check, actor }) };
  await silenceCheck(state.db, { ...check, until: new Date(until), reason, actor });
  return { changed: true };
}

/** A check of which only results are left. */
function formerCheck(state: ApiState, asset: IndexedAsset, { name, severity, blocking }: CheckStanding) {
  const sets = state.checks.ofAsset(asset.id).get(name);
  const trail = state.checks.trailOf(asset.id, name);
  return { asset, name, severity, blocking, state: stateOf(sets), sets, trail, silence: undefined };
}

/** Of a name that an asset does not declare. */
export function checkUnknown(
  asset: IndexedAsset,
  name: string,
  known: readonly { readonly name: string }[],
): HeddleError {
  const near = formatNearest(
    name,
    known.map((one) => one.name),
  );
  return new HeddleError("CHECK_UNKNOWN", `${asset.key} has no check ${JSON.stringify(name)}`, {
    ...(near !== null && { hint: near }),
    details: { asset: asset.key, name },
  });
}
