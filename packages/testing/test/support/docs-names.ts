/** What the examples of the documents use and do not show: functions and assets of the reader's own project. */
export const DOCS_NAMES = `
import type { ObjectStore } from "@heddle/core";

interface Weather { readonly day: string; readonly station: string; readonly tempMax: number | null }
interface Price { readonly day: string; readonly price: number }

declare global {
  function fetchPrices(range: { from: Date; to: Date; signal: AbortSignal }): Promise<Map<string, Price[]>>;
  function readTape(signal: AbortSignal): AsyncIterable<Uint8Array>;
  function countPages(): Promise<number>;
  function storePage(page: number, signal: AbortSignal): Promise<number>;
  function listCustomers(): Promise<{ present: string[]; gone: string[] }>;
  function runScript(): Promise<number>;
  function extract(text: string): number[];
  function fetchRows(): Promise<Weather[]>;
  function queryOrders(): Promise<number[]>;
  function train(): Promise<number>;
  function myStore(options: { container: string }): ObjectStore;
  function newContainer(): Promise<string>;
  function removeContainer(): Promise<void>;
  function read(key: string): Promise<Uint8Array>;
  function overwrite(key: string, body: Uint8Array): Promise<void>;
}
`;
