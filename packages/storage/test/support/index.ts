export { startTcpProxy, type ProxyFault, type TcpProxy } from "./tcp-proxy.ts";
export { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from "./test-database.ts";
export { BUCKET_START_MS, createTestBucket, type TestBucket } from "./test-bucket.ts";
