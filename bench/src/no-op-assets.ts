const HOUR_MS = 3_600_000;
/** Long enough ago that a million hours have passed since. */
const FIRST_HOUR = Date.UTC(1912, 0, 1);
/** Ordinal of the first partition of {@link hoursAsset}. */
export const FIRST_ORDINAL = FIRST_HOUR / HOUR_MS;

/** The source of an asset, and the name under which others can name it. */
export interface AssetSource {
  readonly name: string;
  readonly source: string;
}

/** An asset with a number of hourly partitions whose function does nothing. */
export function hoursAsset(name: string, partitions: number, upstream: readonly string[] = []): AssetSource {
  const end = new Date(FIRST_HOUR + partitions * HOUR_MS).toISOString().slice(0, 16);
  const hours = `hourlyPartitions({ start: "1912-01-01", end: "${end}" })`;
  return { name, source: `asset({ key: "${name}", partitions: ${hours}, ${depsOn(upstream)}materialize() {} })` };
}

/** An asset without partitions whose function does nothing, after others. */
export function plainAsset(name: string, upstream: readonly string[] = []): AssetSource {
  return { name, source: `asset({ key: "${name}", ${depsOn(upstream)}materialize() {} })` };
}

/** Assets without partitions, each after the one before it. */
export function chain(prefix: string, length: number): AssetSource[] {
  return Array.from({ length }, (_, at) => plainAsset(`${prefix}_${at}`, at === 0 ? [] : [`${prefix}_${at - 1}`]));
}

function depsOn(upstream: readonly string[]): string {
  return upstream.length === 0 ? "" : `deps: { ${upstream.join(", ")} }, `;
}

/** The entry of a project with some assets, each after those that it names. */
export function project(assets: readonly AssetSource[]): string {
  return [
    `import { asset, definitions, hourlyPartitions } from "@heddle/core";`,
    ...assets.map(({ name, source }) => `export const ${name} = ${source};`),
    `export default definitions({ assets: [${assets.map(({ name }) => name).join(", ")}] });`,
  ].join("\n");
}
