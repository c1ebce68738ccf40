import { createCssVariablesTheme, createHighlighterCore, type HighlighterCore, type ThemedToken } from "shiki/core";
import typescript from "shiki/dist/langs/typescript.mjs";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";

const THEME = "heddle";

let made: Promise<HighlighterCore> | undefined;

/** Splits TypeScript into coloured pieces, line by line; colours are variables of the style sheet, one set for each theme. */
export async function highlight(code: string): Promise<readonly (readonly ThemedToken[])[]> {
  made ??= createHighlighterCore({
    langs: [typescript],
    themes: [createCssVariablesTheme({ name: THEME, variablePrefix: "--code-" })],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  return (await made).codeToTokensBase(code, { lang: "typescript", theme: THEME });
}
