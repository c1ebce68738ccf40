import { expect, test } from "vitest";
import { parseDatabaseUrl } from "./database-url.ts";

test.for([
  ["postgresql://ana:pa%2Fss@db.example.com/heddle", { host: "db.example.com", port: 5432 }],
  ["postgres://ana:pa%2Fss@db.example.com:6543/heddle?sslmode=require", { host: "db.example.com", port: 6543 }],
  ["postgres://ana:pa%2Fss@[::1]:6543/heddle", { host: "::1", port: 6543 }],
  ["postgres://ana:pa%2Fss@%2Frun%2Fpg:5433/heddle", { socketPath: "/run/pg/.s.PGSQL.5433" }],
  ["postgres://ana:pa%2Fss@/heddle?host=/run/pg&port=5433", { socketPath: "/run/pg/.s.PGSQL.5433" }],
] as const)("%s", ([url, server]) => {
  expect(parseDatabaseUrl(url)).toMatchObject({
    user: "ana",
    password: "pa/ss",
    database: "heddle",
    servers: [server],
  });
});

test("several servers, of which the first that is a primary is used", () => {
  const { servers, label } = parseDatabaseUrl("postgres://ana@one:1,two/heddle");
  expect(servers).toEqual([
    { host: "one", port: 1 },
    { host: "two", port: 5432 },
  ]);
  expect(label).toBe("one:1,two:5432/heddle");
});

test("encryption is preferred with servers elsewhere, as libpq does, and never asked of this machine", () => {
  expect(parseDatabaseUrl("postgres://db.example.com/heddle").ssl).toBe("prefer");
  expect(parseDatabaseUrl("postgres://db.example.com/heddle?sslmode=disable").ssl).toBe(false);
  expect(parseDatabaseUrl("postgres://localhost/heddle").ssl).toBe(false);
  expect(parseDatabaseUrl("postgres://%2Frun/heddle").ssl).toBe(false);
});

test("prepared statements can be turned off for poolers", () => {
  expect(parseDatabaseUrl("postgres://localhost/heddle").prepare).toBe(true);
  expect(parseDatabaseUrl("postgres://localhost/heddle?prepare=false").prepare).toBe(false);
});

test.for([
  "mysql://ana:secret@host/db",
  "host=localhost password=secret",
  "postgres://ana:secret%@host/db",
  "postgres://ana:secret@host:0/db",
  "postgres://ana:secret@host:x/db",
  "postgres://ana:secret@host/db?sslmode=perhaps",
])("%s is refused without a word of the password", (url) => {
  let error: unknown;
  try {
    parseDatabaseUrl(url);
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({ code: "CONFIG_INVALID" });
  expect(String(error)).not.toContain("secret");
});
