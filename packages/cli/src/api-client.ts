import { createLocalApi, type Api } from "@heddle/api";
import { consoleLog, findProject, type Project } from "@heddle/engine";
import { userInfo } from "node:os";
import { PlanFiles } from "./plan-files.ts";
import { openDeployment, type Deployment } from "./deployment.ts";

/** A project and its database. */
export interface OpenProject {
  readonly project: Project;
  readonly deployment: Deployment;
}

/** A project with its database, and the API on it: the very procedures that the catalog calls, without a server between. */
export interface ProjectApi extends OpenProject, AsyncDisposable {
  readonly api: Api;
  /** Plans that commands have shown. */
  readonly plans: PlanFiles;
}

/** Opens a project's deployment and the API on it. */
export async function openApi(directory: string): Promise<ProjectApi> {
  const project = findProject(directory);
  const deployment = await openDeployment(project);
  const connected = await connectApi({ project, deployment });
  return {
    ...connected,
    async [Symbol.asyncDispose]() {
      await connected[Symbol.asyncDispose]();
      await deployment[Symbol.asyncDispose]();
    },
  };
}

/** The API on a deployment that is open, and stays so when this is disposed of. */
export async function connectApi({ project, deployment }: OpenProject): Promise<ProjectApi> {
  const plans = new PlanFiles(project.stateDirectory);
  const { api, close } = await createLocalApi({
    db: deployment.db,
    log: consoleLog("api"),
    previews: plans,
    ...userName(),
  });
  return { project, deployment, api, plans, [Symbol.asyncDispose]: () => close() };
}

/** The operating system's user, for the audit log; nothing where the system does not know a name. */
function userName(): { readonly user?: string } {
  try {
    return { user: userInfo().username };
  } catch {
    return {}; // In a container a user may have no entry: then nobody is named.
  }
}
