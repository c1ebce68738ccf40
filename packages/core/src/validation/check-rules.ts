import { isAssetCheck } from "../asset-check.ts";
import type { AnyAssetCheck } from "../declarations.ts";
import { keyOfChecked, listOf, type Definitions } from "../definitions.ts";
import { describeType } from "../json-value.ts";
import type { DefinitionRule, ProblemReport } from "./definition-problem.ts";

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_-]{0,99}$/u;

/** Every check has a usable name of its own, options that fit, and an asset that is part of the definitions. */
export const checkRule: DefinitionRule = (definitions, report) => {
  for (const checks of definitions.checks.values()) {
    const firsts = new Map<string, AnyAssetCheck>();
    for (const check of checks) {
      reportDuplicate(firsts.get(check.name), check, report);
      if (!firsts.has(check.name)) firsts.set(check.name, check);
      reportOptions(check, report);
    }
  }
  for (const entry of listOf(definitions.given.checks)) {
    if (isAssetCheck(entry)) reportAsset(entry, definitions, report);
  }
};

function reportDuplicate(first: AnyAssetCheck | undefined, check: AnyAssetCheck, report: ProblemReport): void {
  if (first === undefined) return;
  const places = [first, check].map((one) => report.place(one) ?? "an unknown place");
  report.add("CHECK_DUPLICATE", {
    message: `${report.name("asset", check.asset)} has two checks with the name ${JSON.stringify(check.name)}: ${places.join(" and ")}`,
    hint: "Give one of them another name.",
    about: check,
    asset: check.asset.key,
  });
}

function reportOptions(check: AnyAssetCheck, report: ProblemReport): void {
  const problems: string[] = [];
  const { name, severity, blocking, check: run }: { readonly [K in keyof AnyAssetCheck]: unknown } = check;
  if (typeof name !== "string" || !NAME.test(name)) {
    problems.push("its name must be 1 to 100 letters, digits, _ and -, and must not begin with -");
  }
  if (severity !== "warn" && severity !== "error") problems.push('its severity must be "warn" or "error"');
  if (typeof blocking !== "boolean")
    problems.push(`its blocking is ${describeType(blocking)} and must be true or false`);
  if (blocking === true && severity === "warn") problems.push("it blocks, and with severity warn it never would");
  if (typeof run !== "function") problems.push(`its check is ${describeType(run)} and must be a function`);
  for (const problem of problems) {
    report.add("CHECK_INVALID", {
      message: `the check ${JSON.stringify(name)} of ${report.name("asset", check.asset)} cannot be used: ${problem}`,
      hint: "Correct the option.",
      about: check,
      asset: check.asset.key,
    });
  }
}

function reportAsset(check: AnyAssetCheck, definitions: Definitions, report: ProblemReport): void {
  const key = keyOfChecked(check);
  if (key !== null && definitions.assets.has(key)) return;
  const problem =
    key === null
      ? `is on ${describeType(check.asset)} and not on an asset that is made`
      : `is on ${report.name("asset", check.asset)}, which is not part of the definitions`;
  report.add("CHECK_INVALID", {
    message: `the check ${JSON.stringify(check.name)} (${report.place(check) ?? "unknown place"}) ${problem}`,
    hint: key === null ? "Give the asset that asset() returned." : "Add the asset to definitions({ assets: […] }).",
    about: check,
    ...(key !== null && { asset: key }),
  });
}
