import { assetCheck } from "@heddle/core";
import { airportsClean, airportsRaw } from "../assets/airports.ts";
import { countTexts, judgeRows } from "./findings.ts";

const codesUnique = assetCheck({
  asset: airportsRaw,
  name: "codes_unique",
  severity: "error",
  blocking: true,
  description: "No two airports have the same code. Everything is joined by it, so a second one would double flights.",
  check({ value }) {
    const repeated = countTexts(value.map(({ iata }) => iata)).filter(({ rows }) => rows > 1);
    return judgeRows(repeated, { of: value.length, what: "codes occur more than once" });
  },
});

const codesAreIata = assetCheck({
  asset: airportsRaw,
  name: "codes_are_iata",
  severity: "warn",
  description: `The column is called \`iata\`, and an IATA code has three letters. Codes such as \`00M\` are the FAA's own, for
fields without airline service: fine as keys, not to be shown to passengers.`,
  check({ value }) {
    const others = value
      .filter(({ iata }) => !/^[A-Z]{3}$/.test(iata))
      .map(({ iata, name, state }) => ({ iata, name, state }));
    return judgeRows(others, { of: value.length, what: "codes are not three letters" });
  },
});

const statesGiven = assetCheck({
  asset: airportsRaw,
  name: "states_given",
  severity: "warn",
  description: 'The state is given, and not the text "NA".',
  check({ value }) {
    const missing = value
      .filter(({ state }) => state === "NA")
      .map(({ iata, name, country }) => ({ iata, name, country }));
    return judgeRows(missing, { of: value.length, what: "airports have no state" });
  },
});

const statesRepaired = assetCheck({
  asset: airportsClean,
  name: "us_states_complete",
  severity: "error",
  blocking: true,
  description:
    "Every airport of the United States has its state: without it, its flights would be missing in the state's sums.",
  check({ value }) {
    const missing = value
      .filter(({ country, state }) => country === "USA" && state === null)
      .map(({ code, name }) => ({ code, name }));
    return judgeRows(missing, { of: value.length, what: "airports of the United States have no state" });
  },
});

/** What is looked for in the airports as the source has them. */
export const rawAirportChecks = [codesUnique, codesAreIata, statesGiven];
export const airportChecks = [...rawAirportChecks, statesRepaired];
