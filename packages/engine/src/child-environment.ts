/**
 * What user code sees of the environment: everything but Heddle's own settings and the metadata database, of which it
 * must know nothing.
 */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== "DATABASE_URL" && !OWN.test(name)));
}

const OWN = /^HEDDLE_(?:PROJECT|WATCH|HOST|PORT|CATALOG|STORAGE|LOG|TICKS|PROCESSES|CONCURRENCY|STEP_HEAP|.*_MS$)/;
