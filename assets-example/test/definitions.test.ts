import { validateDefinitions } from "@heddle/core";
import { describe, expect, it } from "vitest";
import project from "../src/definitions.ts";

describe("the definitions", () => {
  it("have no problems", () => {
    expect(validateDefinitions(project)).toEqual([]);
  });

  it("are four sources and twenty assets, all of them described and owned", () => {
    const assets = [...project.assets.values()];
    expect(assets.filter(({ kind }) => kind === "external-asset")).toHaveLength(4);
    expect(assets.filter(({ kind }) => kind === "asset")).toHaveLength(20);
    expect(assets.filter(({ description, owners }) => description === null || owners.length === 0)).toEqual([]);
  });

  it("keep everything that is derived fresh by conditions, and read sources by hand", () => {
    const assets = [...project.assets.values()].flatMap((one) => (one.kind === "asset" ? [one] : []));
    const byHand = assets.filter(({ automation }) => automation === null || automation === undefined);
    expect(byHand.map(({ key }) => key).toSorted()).toEqual([
      "airports/raw",
      "birdstrikes/raw",
      "flights/raw",
      "weather/raw",
    ]);
  });

  it("show every preset, of which only the one that follows data asks for something on the first day", () => {
    const labelsOf = (key: string): string => {
      const one = project.assets.get(key);
      const automation = one?.kind === "asset" ? one.automation : one?.observation?.automation;
      return JSON.stringify(automation?.spec);
    };
    expect(labelsOf("weather/climate")).toContain('"upstream updated"');
    expect(labelsOf("reports/most_delayed")).toContain('"when it is gone"');
    expect(labelsOf("reports/summary")).toContain('"when it is overdue"');
    expect(labelsOf("source/weather")).toContain('"cron tick"');
  });

  it("have checks that say what they look for", () => {
    const checks = [...project.checks.values()].flat();
    expect(checks).toHaveLength(27);
    expect(checks.filter(({ description }) => description === null)).toEqual([]);
    expect(checks.filter(({ blocking }) => blocking)).toHaveLength(10);
  });
});
