export {
  liftSilence,
  readSilences,
  readSilencesOf,
  silenceCheck,
  type SilencedCheck,
  type SilenceRow,
} from "./silences.ts";
