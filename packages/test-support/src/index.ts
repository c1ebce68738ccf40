export {
  BUCKET_START_MS,
  createTestBucket,
  createTestDatabase,
  startTcpProxy,
  type ProxyFault,
  type TcpProxy,
  type TestBucket,
  type TestDatabase,
  type TestDatabaseOptions,
} from "@heddle/storage/testing";
export { generateProject, type GeneratedProject, type GenerateProjectOptions } from "./generated-project.ts";
export { countStatements, type CountedDatabase } from "./counted-database.ts";
