import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { constants } from "node:fs";
import { access, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

/** How the gateway is spoken to. */
export interface RadosGatewayAccess {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A running gateway: `await using gateway = await startRadosGateway()`. */
export interface RadosGateway extends AsyncDisposable {
  readonly access: RadosGatewayAccess;
}

const PREFIX = "heddle-rados-";
const COMMAND_MS = 30_000;
const READY_MS = 90_000;
const PROGRAMS = ["ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin", "setpriv"];

/** What installs the programs. */
const INSTALL = "apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd ceph-common";

/**
 * Starts a real S3 server on a free port of this machine: Ceph's RADOS gateway with a monitor and a store in memory,
 * from Debian's packages and without a container. It takes some 13 s, and ends with this process, also when that is
 * killed. Nothing is kept.
 */
export async function startRadosGateway(): Promise<RadosGateway> {
  await assertInstalled();
  await removeAbandoned();
  const directory = await realpath(await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`)));
  const processes: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map(kill));
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const started = await start({ directory, processes });
    return { access: started, [Symbol.asyncDispose]: stop };
  } catch (error) {
    const logs = await readLogs(directory);
    await stop();
    throw new Error(`the RADOS gateway did not start\n${logs}`, { cause: error });
  }
}

async function assertInstalled(): Promise<void> {
  const missing: string[] = [];
  for (const program of PROGRAMS) if (!(await isOnPath(program))) missing.push(program);
  if (missing.length === 0) return;
  throw new Error(`The tests of the S3 store need Ceph's RADOS gateway (${missing.join(", ")}): ${INSTALL}`);
}

async function isOnPath(program: string): Promise<boolean> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const isThere = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return true;
  }
  return false;
}

/** Directories of processes that were killed; their servers died with them. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN;
    // Another user's stay: only he can remove them.
    if (pid > 0 && !isAlive(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

interface Cluster {
  readonly directory: string;
  readonly processes: ChildProcess[];
}

interface Ports {
  readonly monitor: number;
  readonly oldMonitor: number;
  readonly gateway: number;
}

async function start(cluster: Cluster): Promise<RadosGatewayAccess> {
  const { directory } = cluster;
  const [monitor = 0, oldMonitor = 0, gateway = 0] = await freePorts(3);
  const ports = { monitor, oldMonitor, gateway };
  const id = randomUUID();
  const run = runner(directory);
  await Promise.all(["mon", "osd", "run"].map((name) => mkdir(join(directory, name))));
  await writeFile(join(directory, "ceph.conf"), configuration(directory, id, ports));
  await makeKeys(run);

  const addresses = `[v2:127.0.0.1:${monitor},v1:127.0.0.1:${oldMonitor}]`;
  await run("monmaptool", "--create", "--addv", "a", addresses, "--fsid", id, "monmap");
  await run("ceph-mon", "--mkfs", "-i", "a", "--monmap", "monmap", "--keyring", "mon.a.keyring");
  launch(cluster, "ceph-mon", ["-i", "a"]);

  const osd = randomUUID();
  await run("ceph", "--connect-timeout", "20", "osd", "new", osd, "0");
  await run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd);
  launch(cluster, "ceph-osd", ["-i", "0"]);
  launch(cluster, "radosgw", ["-n", "client.rgw.a"]);
  const endpoint = `http://127.0.0.1:${gateway}`;
  await untilReady(cluster, endpoint);

  const keys = {
    accessKeyId: `heddle${randomBytes(7).toString("hex")}`,
    secretAccessKey: randomBytes(20).toString("hex"),
  };
  const user = ["user", "create", "--uid=heddle", "--display-name=heddle"];
  await run("radosgw-admin", ...user, `--access-key=${keys.accessKeyId}`, `--secret-key=${keys.secretAccessKey}`);
  return { endpoint, ...keys };
}

function configuration(directory: string, id: string, { monitor, oldMonitor, gateway }: Ports): string {
  return `[global]
fsid = ${id}
mon host = [v2:127.0.0.1:${monitor},v1:127.0.0.1:${oldMonitor}]
public addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = ${directory}/$name.keyring
run dir = ${directory}/run
pid file =
log file = ${directory}/$name.log
admin socket = ${directory}/run/$name.asok
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
mon warn on pool no redundancy = false
mon allow pool size one = true
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 8589934592
mon max pg per osd = 10000
osd max object name len = 1024
[mon.a]
mon data = ${directory}/mon
[osd.0]
osd data = ${directory}/osd
[client.rgw.a]
rgw frontends = beast endpoint=127.0.0.1:${gateway}
rgw thread pool size = 64
`;
}

type Run = (program: string, ...args: readonly string[]) => Promise<void>;

function runner(directory: string): Run {
  const options = { cwd: directory, env: environment(directory), timeout: COMMAND_MS };
  return async (program, ...args) => {
    await promisify(execFile)(program, args, options);
  };
}

const environment = (directory: string): NodeJS.ProcessEnv => ({
  ...process.env,
  CEPH_CONF: join(directory, "ceph.conf"),
});

async function makeKeys(run: Run): Promise<void> {
  const all = "allow *";
  const make = (file: string, name: string, caps: readonly string[]) =>
    run(
      "ceph-authtool",
      "--create-keyring",
      file,
      "--gen-key",
      "-n",
      name,
      ...caps.flatMap((cap) => ["--cap", ...cap.split("=")]),
    );
  await make("mon.a.keyring", "mon.", [`mon=${all}`]);
  await make("client.admin.keyring", "client.admin", [`mon=${all}`, `osd=${all}`, `mgr=${all}`]);
  await make("osd.0.keyring", "osd.0", ["mon=allow profile osd", `osd=${all}`]);
  await make("client.rgw.a.keyring", "client.rgw.a", ["mon=allow rw", "osd=allow rwx"]);
  for (const name of ["client.admin", "osd.0", "client.rgw.a"]) {
    await run("ceph-authtool", "mon.a.keyring", "--import-keyring", `${name}.keyring`);
  }
}

/** Starts a server in the foreground that the kernel ends when this process ends, however that comes about. */
function launch({ directory, processes }: Cluster, program: string, args: readonly string[]): void {
  const options = { cwd: directory, env: environment(directory), stdio: "ignore" } as const;
  processes.push(spawn("setpriv", ["--pdeathsig", "KILL", "--", program, ...args, "-f"], options));
}

async function untilReady({ processes }: Cluster, endpoint: string): Promise<void> {
  const end = performance.now() + READY_MS;
  while (performance.now() < end) {
    const ended = processes.find(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
    if (ended !== undefined) throw new Error(`${ended.spawnargs.join(" ")} ended with ${ended.exitCode}`);
    const isReady = await fetch(endpoint, { signal: AbortSignal.timeout(2_000) }).then(
      ({ status }) => status < 500,
      () => false,
    );
    if (isReady) return;
    await pause(50);
  }
  throw new Error(`${endpoint} does not answer after ${READY_MS} ms`);
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  // A TCP server's address is no string.
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

async function readLogs(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".log"));
  const ends = names.map(async (name) => {
    const text = await readFile(join(directory, name), "utf8");
    return `--- ${name}\n${text.split("\n").slice(-30).join("\n")}`;
  });
  return (await Promise.all(ends)).join("\n");
}
