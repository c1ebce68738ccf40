import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A project that exists for the length of a test or a benchmark. */
export interface GeneratedProject extends Disposable {
  readonly directory: string;
  /** Writes or replaces files. */
  write(files: Readonly<Record<string, string>>): void;
}

/** What {@link generateProject} takes. */
export interface GenerateProjectOptions {
  /** Name of the project and start of its directory's name. */
  readonly name: string;
  /** A directory of a package that depends on what the project imports: imports are resolved from there. */
  readonly within: string;
  /** Content by path; `src/definitions.ts` is the entry. */
  readonly files: Readonly<Record<string, string>>;
}

/** Writes a project of a user from its files. */
export function generateProject({ name, within, files }: GenerateProjectOptions): GeneratedProject {
  const base = join(within, ".heddle");
  mkdirSync(base, { recursive: true });
  const directory = mkdtempSync(join(base, `${name}-`));
  const write = (contents: Readonly<Record<string, string>>): void => {
    for (const [file, content] of Object.entries(contents)) {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      writeFileSync(join(directory, file), content);
    }
  };
  write({ "package.json": JSON.stringify({ name, type: "module" }), ...files });
  return {
    directory,
    write,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}
