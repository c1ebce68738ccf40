import { RETENTION_DAYS } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { DeploymentSettings } from "../contract.ts";

/** Answers `deployment.settings`: nothing in it is a secret. */
export function describeSettings({ db, environment, version, publicUrl }: ApiState): DeploymentSettings {
  return {
    retention: [
      { what: "Declarations, current materializations and their check results", days: null },
      { what: "Runs, their steps and replaced materializations", days: RETENTION_DAYS.runs },
      { what: "Check results of what is not current any more", days: RETENTION_DAYS.checkResults },
      { what: "Ticks of schedules and sensors", days: RETENTION_DAYS.ticks },
      { what: "Ticks that asked for nothing", days: RETENTION_DAYS.skippedTicks },
      { what: "Events", days: RETENTION_DAYS.events },
      { what: "Logs of runs", days: RETENTION_DAYS.logs },
      { what: "Code versions that nothing refers to", days: RETENTION_DAYS.codeVersions },
      { what: "Messages of notifications", days: RETENTION_DAYS.messages },
      { what: "Requests to webhook sensors", days: RETENTION_DAYS.receipts },
      { what: "Audit log", days: RETENTION_DAYS.audit },
    ],
    settings: [
      { name: "Version", value: version, hint: "Of the server that answers this." },
      { name: "Environment", value: environment, hint: "Whose state is shown and changed." },
      { name: "Database", value: db.label, hint: "DATABASE_URL; an embedded server without it." },
      {
        name: "Public address",
        value: publicUrl ?? "not set",
        hint: "HEDDLE_PUBLIC_URL: the links in notifications begin with it.",
      },
    ],
  };
}
