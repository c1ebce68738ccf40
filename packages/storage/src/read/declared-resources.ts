import type { ResourceSnapshot } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** A resource of the code in force. */
export interface DeclaredResource {
  readonly location: string;
  readonly resource: ResourceSnapshot;
}

const MAX_LISTED = 1_000;

/** The resources that the code in force of every location declares, by location and key. */
export async function readDeclaredResources({ sql }: Transaction): Promise<DeclaredResource[]> {
  return sql<DeclaredResource[]>`
    select l.name as location, r.resource
    from code_location l
    join code_version v on v.id = l.current_code_version_id
    cross join lateral jsonb_array_elements(coalesce(v.snapshot -> 'resources', '[]'::jsonb)) as r(resource)
    order by l.name, r.resource ->> 'key' limit ${MAX_LISTED}`;
}
