import { expect, test } from "vitest";
import { parsePostgresUrl } from "./address.ts";

test.each([
  ["postgres://u:p@h/d", { server: { host: "h", port: 5432 }, user: "u", password: "p", database: "d", tls: "prefer" }],
  ["postgresql://u:a%3Ab%40@h:7000/d%20e?sslmode=verify-full", { password: "a:b@", database: "d e", tls: "verify" }],
  ["postgresql://localhost/d", { server: { host: "localhost", port: 5432 }, user: undefined, tls: "off" }],
  ["postgresql://u@[::1]:99/d", { server: { host: "::1", port: 99 }, label: "[::1]:99/d", tls: "off" }],
  ["postgresql://u@%2Frun%2Fpg:99/d", { server: { socketPath: "/run/pg/.s.PGSQL.99" }, tls: "off" }],
  ["postgresql:///d?host=/run/pg&user=u&password=p", { server: { socketPath: "/run/pg/.s.PGSQL.5432" }, user: "u" }],
  ["postgresql://u:p@h/d?sslmode=disable", { tls: "off", label: "h:5432/d" }],
])("%s", (url, expected) => {
  expect(parsePostgresUrl(url)).toMatchObject(expected);
});

test.each([
  "",
  "mysql://u:secret@h/d",
  "postgresql://u:secret@h:port/d",
  "postgresql://u:secret@h/d?sslmode=maybe",
  "postgresql://u:secret%zz@h/d",
  "postgresql://u:secret@a,b/d",
])("%s is refused, without the password", (url) => {
  expect(() => parsePostgresUrl(url)).toThrow("the URL of a PostgreSQL database cannot be used");
  expect(() => parsePostgresUrl(url)).not.toThrow(/secret/);
});
