export { startTcpProxy, type ProxyFault, type TcpProxy } from "./tcp-proxy.ts";
export { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from "./test-database.ts";
