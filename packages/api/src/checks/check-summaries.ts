import { createHash } from "node:crypto";
import type { IndexedAsset } from "@heddle/engine/planning";
import { readSilences, type SilenceRow, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { CheckSilence, CheckState, CheckSummary } from "../contract.ts";
import { CheckProblems, stateOf } from "./check-problems.ts";
import { isFlapping, type CheckTrail } from "./check-trail.ts";
import type { CheckSets } from "./check-standings.ts";

/** A declared check with what its results say. */
export interface StandingCheck {
  readonly asset: IndexedAsset;
  readonly name: string;
  readonly severity: "warn" | "error";
  readonly blocking: boolean;
  readonly state: CheckState;
  readonly sets: CheckSets | undefined;
  readonly trail: CheckTrail;
  readonly silence: SilenceRow | undefined;
}

/** Every check of some assets, with the silences that are in force. The caller has refreshed the trails. */
export async function gatherChecks(
  state: ApiState,
  tx: Transaction,
  assets: readonly IndexedAsset[],
): Promise<StandingCheck[]> {
  const rows = await readSilences(tx, await state.definitions.environmentId(tx));
  const silences = new Map(rows.map((row) => [`${row.assetId}/${row.name}`, row]));
  return assets.flatMap((asset) => {
    const ofAsset = state.checks.ofAsset(asset.id);
    return asset.definition.checks.map(({ name, severity, blocking }): StandingCheck => {
      const sets = ofAsset.get(name);
      return {
        asset,
        name,
        severity,
        blocking,
        state: stateOf(sets),
        sets,
        trail: state.checks.trailOf(asset.id, name),
        silence: silences.get(`${asset.id}/${name}`),
      };
    });
  });
}

/** What is wrong with those that do not pass. One statement for all of them. */
export async function readProblems(
  state: ApiState,
  tx: Transaction,
  checks: readonly StandingCheck[],
): Promise<CheckProblems> {
  return CheckProblems.read(tx, {
    environmentId: await state.definitions.environmentId(tx),
    checks: checks.map(({ asset, name, sets }) => ({ assetId: asset.id, name, sets })),
  });
}

/** A check as a list shows it. */
export function summarizeCheck(check: StandingCheck, problems: CheckProblems): CheckSummary {
  const { asset, name, severity, blocking, state, sets, trail, silence } = check;
  const message = problems.of(asset.id, name)?.description ?? null;
  return {
    asset: { id: asset.id, key: asset.key },
    name,
    severity,
    blocking,
    owners: asset.definition.owners,
    state,
    passed: sets?.passed.size ?? 0,
    warned: sets?.warned.size ?? 0,
    failed: sets?.failed.size ?? 0,
    recent: trail.recent.map(({ outcome }) => outcome.charAt(0)).join(""),
    isFlapping: isFlapping(trail),
    lastAt: trail.recent.at(-1)?.at ?? null,
    changedAt: trail.changedAt,
    message,
    fingerprint: message === null ? null : fingerprintOfMessage(message),
    silence: silence === undefined ? null : describeSilence(silence),
  };
}

/** A silence for the reader. */
export function describeSilence({ at, until, reason, actor, liftedAt, liftedBy }: SilenceRow): CheckSilence {
  return {
    at: at.getTime(),
    until: until.getTime(),
    reason,
    actor,
    liftedAt: liftedAt?.getTime() ?? null,
    liftedBy,
  };
}

/** Parts of a message that differ between equal findings: quoted text, ids in hex, numbers. */
const VARIABLE = /"[^"]*"|'[^']*'|`[^`]*`|\b[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b|\d[\d.,:-]*/giu;
const MAX_MESSAGE = 500;

/** Equal for messages that say the same of other partitions and with other numbers. */
export function fingerprintOfMessage(message: string): string {
  const kind = message.slice(0, MAX_MESSAGE).replaceAll(VARIABLE, "?");
  return createHash("sha256").update(kind).digest("hex").slice(0, 16);
}
