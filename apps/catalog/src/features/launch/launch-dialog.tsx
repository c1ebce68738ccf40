import { getRouteApi, rootRouteId } from "@tanstack/react-router";
import { type ReactNode, type RefObject, useRef } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { useDeployment } from "../../shell/deployment.ts";
import { Modal } from "../../ui/modal.tsx";
import { useUnsettled } from "../../ui/unsettled.tsx";
import { useBrokenConfig } from "./config-fields.tsx";
import { LaunchForm } from "./launch-form.tsx";
import { LaunchPlanColumn } from "./launch-plan-column.tsx";
import { type LaunchRequest, useLaunch } from "./launch-search.ts";
import { useLaunchTarget } from "./use-launch-target.ts";
import { useLaunchPlan } from "./use-launch-plan.ts";

const route = getRouteApi(rootRouteId);

/** Materializes one partition or a million: what is chosen on one side, exactly what that does on the other. */
export function LaunchDialog({ catalog }: { readonly catalog: Catalog }): ReactNode {
  const { launch, ...rest } = route.useSearch();
  const setLaunch = useLaunch();
  const field = useRef<HTMLInputElement>(null);
  return (
    <Modal
      title="Materialize"
      open={launch !== undefined}
      onClose={() => setLaunch(null, { replace: true })}
      width="w-[1040px]"
      initialFocus={field}
    >
      {launch !== undefined && <LaunchBody catalog={catalog} request={{ launch, ...rest }} fieldRef={field} />}
    </Modal>
  );
}

interface LaunchBodyProps {
  readonly catalog: Catalog;
  readonly request: LaunchRequest;
  readonly fieldRef: RefObject<HTMLInputElement | null>;
}

function LaunchBody({ catalog, request, fieldRef }: LaunchBodyProps): ReactNode {
  const setLaunch = useLaunch();
  const deployment = useDeployment();
  const target = useLaunchTarget(catalog, request);
  const { unsettled, frame } = useUnsettled();
  const { broken, onBroken } = useBrokenConfig();
  const plan = useLaunchPlan(target.input, {
    unsettled,
    isBroken: (assets) => assets.some(({ asset, config }) => config !== null && broken.has(asset.key)),
  });
  const change = (changed: Partial<LaunchRequest>): void => setLaunch({ ...request, ...changed }, { replace: true });
  return (
    <div className="grid min-h-0 flex-1 md:grid-cols-[minmax(0,5fr)_minmax(0,6fr)] max-md:overflow-y-auto">
      {frame(
        <LaunchForm
          request={request}
          target={target}
          planned={plan.preview?.assets ?? []}
          onChange={change}
          onBrokenConfig={onBroken}
          fieldRef={fieldRef}
        />,
      )}
      <LaunchPlanColumn
        catalog={catalog}
        plan={plan}
        deployment={deployment}
        cascade={request.cascade ?? "self"}
        onCascade={(cascade) => change({ cascade })}
        onLeaveOut={request.leave === undefined ? () => change({ leave: "1" }) : null}
        onClose={() => setLaunch(null, { replace: true })}
      />
    </div>
  );
}
