export { audited, recordRefusal, type AuditEntry } from "./audited.ts";
export { readAudit, type AuditQuery, type AuditRow } from "./read-audit.ts";
export { readLoops, recordLoops, type LoopBeat, type LoopRow } from "./daemon-loops.ts";
