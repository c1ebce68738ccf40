import { HeddleError } from "@heddle/core";
import { type DefinitionsSnapshot } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import { asJson } from "../json.ts";

/** Whose schedules and sensors are registered. */
interface TickOwner {
  readonly codeLocationId: number;
  readonly codeVersionId: number;
  readonly location: string;
}

/**
 * Brings schedules and sensors to what a code version declares. A schedule that is new or comes back, and one whose
 * expressions or time zone are others than before, begins a new chain of ticks now: what was due before then is not made up
 * for, and no instant ticks twice. Sensors keep their memory by their names; one that fails is asked at its own interval again
 * when there is other code, which may have corrected it.
 * @throws TICK_NAME_DUPLICATE when another code location declares one of them
 * @returns how many are new, changed, gone or asked again
 */
export async function registerTicks(
  tx: Transaction,
  owner: TickOwner,
  { schedules = [], sensors = [] }: Pick<DefinitionsSnapshot, "schedules" | "sensors">,
): Promise<number> {
  const { sql } = tx;
  const names = [...schedules, ...sensors].map(({ name }) => name);
  await refuseForeign(tx, owner, names);
  const upserted = await sql`
    insert into schedule (name, code_location_id, definition, after, covered_until)
    select declared.name, ${owner.codeLocationId}::integer, declared.definition, now.ms, now.ms
    from unnest(
        ${schedules.map(({ name }) => name)}::text[], ${schedules.map((one) => asJson(one))}::jsonb[]
      ) as declared (name, definition),
      (select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms) as now
    order by declared.name
    on conflict (name) do update set
      code_location_id = excluded.code_location_id,
      definition = excluded.definition,
      after = case when ${isNewChain(tx)} then greatest(excluded.after, schedule.after) else schedule.after end,
      covered_until = case when schedule.removed_at is not null then greatest(excluded.after, schedule.covered_until)
        else schedule.covered_until end,
      retry_tick = case when ${isNewChain(tx)} then null else schedule.retry_tick end,
      removed_at = null
    where schedule.definition is distinct from excluded.definition or schedule.removed_at is not null
      or schedule.code_location_id <> excluded.code_location_id`;
  const upsertedSensors = await sql`
    insert into sensor (name, code_location_id, definition, cursor)
    select name, ${owner.codeLocationId}::integer, definition,
      case when jsonb_typeof(definition -> 'events') = 'object' then ${placeNow(tx)} end
    from unnest(
      ${sensors.map(({ name }) => name)}::text[], ${sensors.map((one) => asJson(one))}::jsonb[]
    ) as declared (name, definition)
    order by name
    on conflict (name) do update set
      code_location_id = excluded.code_location_id, definition = excluded.definition, removed_at = null,
      cursor = case when ${isOtherKind(tx)} then excluded.cursor else sensor.cursor end,
      version = sensor.version + case when ${isOtherKind(tx)} then 1 else 0 end
    where sensor.definition is distinct from excluded.definition or sensor.removed_at is not null
      or sensor.code_location_id <> excluded.code_location_id`;
  const askedAgain = await sql`
    update sensor set failures = 0
    from code_location
    where code_location.id = ${owner.codeLocationId} and sensor.code_location_id = code_location.id and failures > 0
      and code_location.current_code_version_id is distinct from ${owner.codeVersionId}::integer`;
  const removed = await sql`
    update schedule set removed_at = clock_timestamp()
    where code_location_id = ${owner.codeLocationId} and removed_at is null
      and name <> all (${schedules.map(({ name }) => name)}::text[])`;
  const removedSensors = await sql`
    update sensor set removed_at = clock_timestamp()
    where code_location_id = ${owner.codeLocationId} and removed_at is null
      and name <> all (${sensors.map(({ name }) => name)}::text[])`;
  return upserted.count + upsertedSensors.count + askedAgain.count + removed.count + removedSensors.count;
}

/** The place among the events at which a sensor begins: what happens from now on comes behind it. */
export function placeNow({ sql }: Transaction) {
  return sql`pg_snapshot_xmin(pg_current_snapshot())::text || '.0'`;
}

/** Whether a sensor takes other events than before, or takes events and did not: a cursor of the other kind means nothing. */
function isOtherKind({ sql }: Transaction) {
  return sql`(sensor.definition #> '{events,kind}' is distinct from excluded.definition #> '{events,kind}')`;
}

/** Whether the clock by which a schedule ticks is another one. The order of its expressions does not matter. */
function isNewChain({ sql }: Transaction) {
  const crons = (definition: ReturnType<typeof sql>) =>
    sql`(select array_agg(cron order by cron) from jsonb_array_elements_text(${definition} #> '{clock,crons}') as cron)`;
  return sql`(
    schedule.removed_at is not null
    or schedule.definition #> '{clock,timeZone}' is distinct from excluded.definition #> '{clock,timeZone}'
    or ${crons(sql`schedule.definition`)} is distinct from ${crons(sql`excluded.definition`)}
  )`;
}

async function refuseForeign({ sql }: Transaction, owner: TickOwner, names: readonly string[]): Promise<void> {
  const foreign = await sql<{ name: string; kind: string; location: string }[]>`
    select one.name, one.kind, code_location.name as location
    from (
      select name, code_location_id, removed_at, 'schedule' as kind from schedule
      union all select name, code_location_id, removed_at, 'sensor' from sensor
    ) as one join code_location on code_location.id = one.code_location_id
    where one.name = any (${names}::text[]) and one.code_location_id <> ${owner.codeLocationId}
      and one.removed_at is null
    order by one.name limit 10`;
  const [first] = foreign;
  if (first === undefined) return;
  throw new HeddleError(
    "TICK_NAME_DUPLICATE",
    `the ${first.kind} "${first.name}" of ${owner.location} is declared by the code location ${first.location} already`,
    {
      hint: "Give one of the two another name, or remove it from one of the projects.",
      details: { location: owner.location, names: foreign.map(({ name }) => name) },
    },
  );
}
