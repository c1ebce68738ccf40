import { createHash } from "node:crypto";
import { type JsonValue } from "@heddle/core";
import { findJsonProblem } from "@heddle/core/internal";
import type { Actor, AuditEntry } from "@heddle/storage";

/** Longest input that is kept, as JSON. */
const MAX_INPUT_LENGTH = 4_096;
const MAX_SUBJECT_LENGTH = 200;
/** Fields that may hold what is nobody's business, and are kept with what they belong to anyway. */
const LEFT_OUT = new Set(["config", "idempotencyKey", "planHash"]);

/** Says what somebody is about to do, for the audit log. */
export function describeChange(actor: Actor, action: string, given: unknown): AuditEntry {
  const problem = given === undefined ? "nothing" : findJsonProblem(given);
  // It was looked at in the line before.
  const input = problem === null ? (given as JsonValue) : null;
  const text = JSON.stringify(input);
  const kept = withoutPrivate(input);
  const named = isObject(input) && typeof input["actor"] === "string" && input["actor"] !== "" ? input["actor"] : null;
  return {
    // Somebody who was asked for a name has given it with the change.
    actor: { ...actor, name: actor.name ?? named?.slice(0, MAX_SUBJECT_LENGTH) ?? null },
    action,
    subject: subjectOf(input).toWellFormed().replaceAll("\0", "\u{FFFD}").slice(0, MAX_SUBJECT_LENGTH).toWellFormed(),
    input: isStorable(JSON.stringify(kept)) ? kept : null,
    inputDigest: createHash("sha256").update(text).digest("hex"),
  };
}

/** JSON of the database holds no NUL and no half of a surrogate pair; JSON text writes both with a backslash. */
function isStorable(text: string): boolean {
  return text.length <= MAX_INPUT_LENGTH && !/\\u(?:0000|d[89a-f])/u.test(text);
}

function withoutPrivate(input: JsonValue): JsonValue {
  if (!isObject(input)) return input;
  return Object.fromEntries(Object.entries(input).filter(([name]) => !LEFT_OUT.has(name)));
}

/** What a change is done to, by the names that inputs have for it. */
function subjectOf(input: JsonValue): string {
  if (!isObject(input)) return "";
  const { runId, id, key, assetKey, keys, assets, selection, definition, name } = input;
  if (typeof runId === "number") return `run ${runId}`;
  for (const text of [assetKey, key, name, definition]) if (typeof text === "string" && text !== "") return text;
  if (typeof selection === "string" && selection !== "") return selection;
  if (Array.isArray(assets)) return assets.length === 1 ? subjectOf(assets[0] ?? null) : `${assets.length} assets`;
  if (Array.isArray(keys)) return keys.length === 1 ? String(keys[0]) : `${keys.length} keys`;
  return typeof id === "number" ? String(id) : "";
}

function isObject(input: JsonValue): input is { readonly [name: string]: JsonValue } {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}
