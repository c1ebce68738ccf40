import { readAuditList } from "../audit/audit-list.ts";
import type { AuditEntry, Deployment, DeploymentSettings, DeploymentWiring, Page, ReloadAnswer } from "../contract.ts";
import { readDeploymentHealth } from "../deployment/deployment-health.ts";
import { readDeploymentWiring } from "../deployment/deployment-wiring.ts";
import { describeSettings } from "../deployment/deployment-settings.ts";
import { reloadLocation } from "../deployment/reload-location.ts";
import { auditInput, locationInput } from "../inputs/deployment.ts";
import { noInput } from "../inputs/fields.ts";
import { procedure, router } from "../trpc.ts";

export const deploymentRouter = router({
  get: procedure.input(noInput).query(({ ctx }): Promise<Deployment> => readDeploymentHealth(ctx.state)),
  audit: procedure
    .input(auditInput)
    .query(({ ctx, input }): Promise<Page<AuditEntry>> => readAuditList(ctx.state, input)),
  settings: procedure.input(noInput).query(({ ctx }): DeploymentSettings => describeSettings(ctx.state)),
  wiring: procedure.input(noInput).query(({ ctx }): Promise<DeploymentWiring> => readDeploymentWiring(ctx.state)),
  reload: procedure
    .input(locationInput)
    .mutation(({ ctx, input }): Promise<ReloadAnswer> => reloadLocation(ctx.state, input.name)),
});
