export {
  createTestDatabase,
  startTcpProxy,
  type ProxyFault,
  type TcpProxy,
  type TestDatabase,
  type TestDatabaseOptions,
} from "@heddle/storage/testing";
export { generateProject, type GeneratedProject, type GenerateProjectOptions } from "./generated-project.ts";
