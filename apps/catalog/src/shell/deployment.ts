import type { Deployment } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../data/trpc.ts";

/** Leases run out without an event, so health is read again at this interval. */
const READ_INTERVAL_MS = 10_000;

/** Code locations, daemon and workers. */
export const deploymentQuery = () => trpc.deployment.get.queryOptions({}, { refetchInterval: READ_INTERVAL_MS });

/** Code locations, daemon and workers; `undefined` until they were read once. */
export function useDeployment(): Deployment | undefined {
  return useQuery(deploymentQuery()).data;
}

/** Why nothing that is launched would run now; `null` when it would. */
export function describeStandstill(deployment: Deployment): string | null {
  if (!deployment.daemon.alive) return "No daemon is running, so runs stay queued until one starts.";
  if (!deployment.workers.some(({ alive }) => alive)) return "No worker is running, so steps wait until one starts.";
  return null;
}

/** Whether no code has come into force yet and none is known to be broken: what there is, is on its way. */
export function isFirstLoad({ codeLocations }: Deployment): boolean {
  return codeLocations.every(({ codeVersion, problems }) => codeVersion === null && problems.length === 0);
}

/** All problems of all code locations with the location that has them. */
export function loadProblems(deployment: Deployment): number {
  return deployment.codeLocations.reduce((sum, { problems }) => sum + problems.length, 0);
}
