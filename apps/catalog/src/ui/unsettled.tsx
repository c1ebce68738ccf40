import { createContext, type ReactNode, use, useId, useLayoutEffect, useState } from "react";

type Report = (id: string, unsettled: boolean) => void;

const UnsettledContext = createContext<Report | null>(null);

/** Tells the form around a field whether more stands in the field than the form knows. */
export function useReportUnsettled(unsettled: boolean): void {
  const report = use(UnsettledContext);
  const id = useId();
  useLayoutEffect(() => {
    report?.(id, unsettled);
    return () => report?.(id, false);
  }, [report, id, unsettled]);
}

/** Whether a field in `frame` holds something that was typed and is not handed on yet, or not taken up yet. */
export function useUnsettled(): {
  readonly unsettled: boolean;
  readonly frame: (children: ReactNode) => ReactNode;
} {
  const [fields, setFields] = useState<ReadonlySet<string>>(new Set());
  const [report] = useState((): Report => (id, unsettled) => {
    setFields((before) => {
      if (before.has(id) === unsettled) return before;
      const next = new Set(before);
      if (unsettled) next.add(id);
      else next.delete(id);
      return next;
    });
  });
  return {
    unsettled: fields.size > 0,
    frame: (children) => <UnsettledContext value={report}>{children}</UnsettledContext>,
  };
}
