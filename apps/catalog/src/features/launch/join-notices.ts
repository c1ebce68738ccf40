import type { PlanNotice } from "@heddle/api";
import { formatCount } from "../../format/amounts.ts";

/** What is shown of a notice. */
export type ShownNotice = Pick<PlanNotice, "severity" | "message">;

/** Keys that a joined notice names. */
const NAMED = 3;

/** Makes one notice of those that say the same of several external assets, and puts it last: nothing has to be done for it. */
export function joinNotices(notices: readonly PlanNotice[]): readonly ShownNotice[] {
  const external = notices.filter(({ code }) => code === "EXTERNAL_ASSET");
  const others = notices.filter(({ code }) => code !== "EXTERNAL_ASSET");
  if (external.length < 2) return [...others, ...external];
  const keys = external.slice(0, NAMED).map(({ assetKey }) => assetKey);
  const rest = external.length - keys.length;
  const named = rest > 0 ? `${keys.join(", ")} and ${formatCount(rest)} more` : keys.join(", ");
  const message = `${formatCount(external.length)} external assets are left out, which Heddle does not make: ${named}.`;
  return [...others, { severity: "warning", message }];
}
