import type { AnyAsset, AnyAssetCheck, AnyExternalAsset, Observation } from "../declarations.ts";
import { isRecord, type Definitions } from "../definitions.ts";
import { isExternalAsset } from "../external-asset.ts";
import { describeType } from "../json-value.ts";
import { formatNearest } from "../nearest.ts";
import { isResource, isResourceSlot, type Resource, type ResourceSlot } from "../resource.ts";
import type { AnySchedule } from "../schedule.ts";
import type { AnySensor } from "../sensor.ts";
import type { DefinitionRule, ProblemReport } from "./definition-problem.ts";
import { madeAssets } from "./dependency-rules.ts";

/** What is declared with resources. */
type ResourceUser = AnyAsset | ObservedAsset | AnyAssetCheck | AnySchedule | AnySensor;

/** An external asset with the resources of its observation. */
type ObservedAsset = AnyExternalAsset & Pick<Observation, "resources">;

/** Every resource is one, every slot is filled, and no two resources have one key. */
export const resourceRule: DefinitionRule = (definitions, report) => {
  const users: readonly ResourceUser[] = [
    ...madeAssets(definitions),
    ...observedAssets(definitions),
    ...[...definitions.checks.values()].flat(),
    ...definitions.schedules.values(),
    ...definitions.sensors.values(),
  ];
  const firsts = new Map<string, Resource>();
  for (const user of users) {
    for (const [name, declared] of Object.entries(user.resources)) {
      if (isResourceSlot(declared)) reportSlot(user, declared, { definitions, report });
      else if (isResource(declared)) reportConflict(firsts, declared, report);
      else reportInvalid(describeUser(user, report), { name, given: declared, report });
    }
  }
  const { resources } = definitions.given;
  for (const [name, given] of Object.entries(isRecord(resources) ? resources : {})) {
    if (isResource(given)) reportConflict(firsts, given, report);
    else reportInvalid("definitions()", { name, given, report });
  }
};

function observedAssets({ assets }: Definitions): ObservedAsset[] {
  return [...assets.values()].flatMap((asset) =>
    isExternalAsset(asset) && asset.observation !== null ? [{ ...asset, resources: asset.observation.resources }] : [],
  );
}

function reportSlot(
  user: ResourceUser,
  slot: ResourceSlot,
  { definitions, report }: { definitions: Definitions; report: ProblemReport },
): void {
  if (definitions.resources.has(slot.key)) return;
  const near = formatNearest(slot.key, definitions.resources.keys());
  report.add("RESOURCE_MISSING", {
    message: `${describeUser(user, report)} needs the resource ${JSON.stringify(slot.key)}, and the definitions do not provide it`,
    hint: `Pass it: definitions({ resources: { ${JSON.stringify(slot.key)}: … } }).${near === null ? "" : ` ${near}`}`,
    about: { source: user.source },
    ...((user.kind === "asset" || user.kind === "external-asset") && { asset: user.key }),
    ...(user.kind === "asset-check" && { asset: user.asset.key }),
  });
}

function reportConflict(firsts: Map<string, Resource>, resource: Resource, report: ProblemReport): void {
  const first = firsts.get(resource.key);
  if (first === undefined) firsts.set(resource.key, resource);
  if (first === undefined || first === resource) return;
  const places = [first, resource].map((one) => report.place(one) ?? "an unknown place");
  report.add("RESOURCE_CONFLICT", {
    message: `two resources have the key ${JSON.stringify(resource.key)}: ${places.join(" and ")}`,
    hint: "Share one resource, or give one of the two another key.",
    about: { source: resource.source },
  });
}

function reportInvalid(
  owner: string,
  { name, given, report }: { name: string; given: unknown; report: ProblemReport },
): void {
  report.add("RESOURCE_INVALID", {
    message: `${owner} has a resource ${JSON.stringify(name)} that is ${describeType(given)}`,
    hint: "Make it with resource({ key, create }).",
  });
}

function describeUser(user: ResourceUser, report: ProblemReport): string {
  if (user.kind === "schedule" || user.kind === "sensor") return `the ${user.kind} ${JSON.stringify(user.name)}`;
  return user.kind === "asset" || user.kind === "external-asset"
    ? report.name("asset", user)
    : `the check ${JSON.stringify(user.name)} of ${report.name("asset", user.asset)}`;
}
