import type { FreshnessState } from "../freshness/freshness-spec.ts";
import type { ConditionSpec } from "./condition-spec.ts";

/** How a part of a condition is said of a subject: that it holds, that it does not, that it begins to, that it ends. */
export type PhraseForm = "holds" | "not" | "begins" | "ends";

/** A verb with what follows it, for one partition and for several. */
export interface Phrase {
  readonly one: string;
  readonly many: string;
}

type Phrases = Readonly<Record<PhraseForm, Phrase>>;

const be = (rest: string, negated = false): Phrase => ({
  one: `is ${negated ? "not " : ""}${rest}`,
  many: `are ${negated ? "not " : ""}${rest}`,
});
const same = (text: string): Phrase => ({ one: text, many: text });
const verb = (one: string, many: string): Phrase => ({ one, many });

/** The forms of a state that a partition can be in. */
function state(rest: string, begins: Phrase, ends: Phrase): Phrases {
  return { holds: be(rest), not: be(rest, true), begins, ends };
}

const PHRASES = {
  missing: {
    holds: be("missing"),
    not: be("missing", true),
    begins: be("removed"),
    ends: be("materialized"),
  },
  "in-progress": state("being made", be("being made"), verb("is made, or fails", "are made, or fail")),
  "execution-failed": {
    holds: same("failed last time"),
    not: same("did not fail last time"),
    begins: verb("fails", "fail"),
    ends: verb("is made without failing", "are made without failing"),
  },
  stale: state("stale", verb("becomes stale", "become stale"), be("made again")),
  "blocking-checks-failed": {
    holds: same("failed a blocking check"),
    not: same("failed no blocking check"),
    begins: verb("fails a blocking check", "fail a blocking check"),
    ends: verb("passes its blocking checks", "pass their blocking checks"),
  },
  "in-latest-time-window": state(
    "in the latest time window",
    be("in the latest time window"),
    verb("leaves the latest time window", "leave the latest time window"),
  ),
  "will-be-requested": state("requested at the same time", be("requested"), be("not requested any more")),
  "newly-updated": {
    holds: verb("was updated", "were updated"),
    not: verb("was not updated", "were not updated"),
    begins: be("updated"),
    ends: be("not updated"),
  },
  "data-version-changed": {
    holds: same("got other data"),
    not: same("got no other data"),
    begins: verb("gets other data", "get other data"),
    ends: verb("gets no other data", "get no other data"),
  },
  "newly-requested": {
    holds: verb("was requested", "were requested"),
    not: verb("was not requested", "were not requested"),
    begins: be("requested"),
    ends: be("not requested"),
  },
  "newly-handled": {
    holds: verb("was handled", "were handled"),
    not: verb("was not handled", "were not handled"),
    begins: be("handled"),
    ends: be("not handled"),
  },
  "code-version-changed": {
    holds: same("got other code"),
    not: same("got no other code"),
    begins: verb("gets other code", "get other code"),
    ends: verb("gets no other code", "get no other code"),
  },
  "initial-evaluation": {
    holds: verb("was looked at for the first time", "were looked at for the first time"),
    not: verb("was not looked at for the first time", "were not looked at for the first time"),
    begins: be("looked at for the first time"),
    ends: be("looked at again"),
  },
  "any-downstream": {
    holds: be("wanted downstream"),
    not: be("wanted downstream", true),
    begins: be("wanted downstream"),
    ends: be("not wanted downstream"),
  },
} satisfies Partial<Record<ConditionSpec["kind"], Phrases>>;

const FRESHNESS: Readonly<Record<FreshnessState, string>> = {
  pass: "fresh",
  warn: "nearly overdue",
  fail: "overdue",
  unknown: "of unknown freshness",
};

const OPPOSITE: Readonly<Record<PhraseForm, PhraseForm>> = {
  holds: "not",
  not: "holds",
  begins: "ends",
  ends: "begins",
};

/** Says a condition of a subject: the verb and what follows. */
export function phraseOf(spec: ConditionSpec, form: PhraseForm): Phrase {
  switch (spec.kind) {
    case "check-passed":
    case "check-failed":
      return checkPhrase(spec.kind === "check-passed" ? "pass" : "fail", spec.check, form);
    case "freshness": {
      const words = spec.states.map((each) => FRESHNESS[each]).join(" or ");
      if (form === "begins") return verb(`becomes ${words}`, `become ${words}`);
      if (form === "ends") return verb(`is no longer ${words}`, `are no longer ${words}`);
      const isSeveral = form === "not" && spec.states.length > 1;
      return isSeveral ? be(`neither ${words.replaceAll(" or ", " nor ")}`) : be(words, form === "not");
    }
    case "cron-tick-passed": {
      const clock = `${JSON.stringify(spec.cron)} (${spec.timeZone})`;
      const texts = {
        holds: `saw a tick of ${clock}`,
        not: `saw no tick of ${clock}`,
        begins: `sees the next tick of ${clock}`,
        ends: `sees no tick of ${clock}`,
      };
      return same(texts[form]);
    }
    case "not":
      return phraseOf(spec.of, OPPOSITE[form]);
    case "and":
    case "or": {
      // What does not hold of "a and b" is one of the two; of "a or b" it is both.
      const isAll = (spec.kind === "and") === (form === "holds" || form === "begins");
      return joined(
        spec.of.map((part) => phraseOf(part, form)),
        isAll ? " and " : " or ",
      );
    }
    case "newly-true": {
      const { one, many } = phraseOf(spec.of, form);
      if (form === "begins" || form === "ends") return { one, many };
      const newly = (text: string) => text.replace(/^(is|are)( not)? /u, "$1$2 newly ");
      return { one: newly(one), many: newly(many) };
    }
    case "since": {
      const { one, many } = phraseOf(spec.trigger, form);
      if (form === "begins" || form === "ends") return { one, many };
      return verb(`${one} ${sinceWhat(spec.reset, "one")}`, `${many} ${sinceWhat(spec.reset, "many")}`);
    }
    case "any-deps":
    case "all-deps":
      return othersPhrase(spec.of, form, spec.kind === "any-deps" ? "something" : "everything");
    case "asset-matches": {
      const { one } = phraseOf(spec.of, form);
      return same(`has ${JSON.stringify(spec.asset)} beside it, which ${one}`);
    }
    default:
      return PHRASES[spec.kind][form];
  }
}

function sinceWhat(reset: ConditionSpec, number: keyof Phrase): string {
  const subject = number === "one" ? "it" : "they";
  if (reset.kind === "newly-handled") return `since ${subject} ${number === "one" ? "was" : "were"} last handled`;
  if (reset.kind === "cron-tick-passed") {
    return `since the last tick of ${JSON.stringify(reset.cron)} (${reset.timeZone})`;
  }
  return `since ${subject} ${phraseOf(reset, "holds")[number]}`;
}

function checkPhrase(outcome: "pass" | "fail", check: string | undefined, form: PhraseForm): Phrase {
  const whole = outcome === "pass" ? "all its checks" : "a check";
  const name = check === undefined ? whole : `the check ${JSON.stringify(check)}`;
  const [past, singular] = outcome === "pass" ? ["passed", "passes"] : ["failed", "fails"];
  switch (form) {
    case "holds":
      return same(`${past} ${name}`);
    case "not":
      if (name === "a check") return same("failed no check");
      return verb(`has not ${past} ${name}`, `have not ${past} ${name}`);
    case "begins":
      return verb(`${singular} ${name}`, `${outcome} ${name}`);
    case "ends":
      return verb(`no longer ${singular} ${name}`, `no longer ${outcome} ${name}`);
  }
}

function othersPhrase(of: ConditionSpec, form: PhraseForm, quantity: string): Phrase {
  const isNegated = form === "not" || form === "ends";
  const positive = form === "not" ? "holds" : form === "ends" ? "begins" : form;
  const { one } = phraseOf(of, positive);
  const subject = isNegated ? (quantity === "something" ? "nothing" : "not everything") : quantity;
  return verb(`reads ${subject} that ${one}`, `read ${subject} that ${one}`);
}

function joined(phrases: readonly Phrase[], word: string): Phrase {
  return { one: phrases.map(({ one }) => one).join(word), many: phrases.map(({ many }) => many).join(word) };
}
