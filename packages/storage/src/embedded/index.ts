export { startEmbeddedServer, stopEmbeddedServer, type EmbeddedServer, type EmbeddedServerOptions } from "./server.ts";
