import { createHash } from "node:crypto";
import type { AnyNode } from "acorn";
import { canonicalCode, type CanonicalCode, type CanonicalContext } from "./canonical-code.ts";
import type { CodeUnit, CodeUnits } from "./code-units.ts";

/** What decides how units hash. */
export interface CodeHashesOptions {
  packageVersion(name: string): string | undefined;
  /** Units that stand for data and not for code. */
  isOnlyAssets(unit: CodeUnit): boolean;
}

/** A unit on its way through Tarjan's search. */
interface Visit {
  readonly unit: CodeUnit;
  readonly code: CanonicalCode;
  readonly index: number;
  low: number;
}

/**
 * Hashes of code with everything that it uses. Units that use one another in a circle are hashed together (strongly
 * connected components: Tarjan, "Depth-First Search and Linear Graph Algorithms", 1972), so every unit is looked at once.
 */
export class CodeHashes {
  readonly #apart: CodeUnits;
  readonly #options: CodeHashesOptions;
  readonly #context: CanonicalContext;
  readonly #hashes = new Map<CodeUnit, string>();
  readonly #visits = new Map<CodeUnit, Visit>();
  readonly #stack: Visit[] = [];

  constructor(apart: CodeUnits, options: CodeHashesOptions) {
    this.#apart = apart;
    this.#options = options;
    this.#context = {
      topLevel: new Set([...apart.unitsOf.keys(), ...apart.imports.keys()]),
      nameModule: (specifier) => this.#nameModule(specifier),
    };
  }

  /** The hash of a piece of code. */
  hashNode(node: AnyNode): string {
    const code = canonicalCode(node, this.#context);
    return this.#hash([code.text, ...code.references.map((name) => this.#hashName(name))]);
  }

  #hashName(name: string): string {
    const imported = this.#apart.imports.get(name);
    if (imported !== undefined) return `${this.#nameModule(imported.module)} ${imported.name}`;
    return this.#hash(this.#unitsOf(name).map((unit) => this.#hashUnit(unit)));
  }

  #unitsOf(name: string): readonly CodeUnit[] {
    return this.#apart.unitsOf.get(name) ?? [];
  }

  #hashUnit(unit: CodeUnit): string {
    if (this.#options.isOnlyAssets(unit)) return "asset";
    if (!this.#hashes.has(unit)) this.#visit(unit);
    return this.#hashes.get(unit) ?? "";
  }

  #visit(unit: CodeUnit): Visit {
    const code = canonicalCode(unit.node, this.#context);
    const visit: Visit = { unit, code, index: this.#visits.size, low: this.#visits.size };
    this.#visits.set(unit, visit);
    this.#stack.push(visit);
    for (const used of this.#uses(code)) {
      if (this.#hashes.has(used) || this.#options.isOnlyAssets(used)) continue;
      const before = this.#visits.get(used);
      // One that is not hashed yet and was visited is on the way to here.
      visit.low = Math.min(visit.low, before === undefined ? this.#visit(used).low : before.index);
    }
    if (visit.low === visit.index) this.#hashCircle(this.#stack.splice(this.#stack.indexOf(visit)));
    return visit;
  }

  #uses({ references }: CanonicalCode): CodeUnit[] {
    return references.flatMap((name) => this.#unitsOf(name));
  }

  #hashCircle(circle: readonly Visit[]): void {
    const inside = new Map(circle.map(({ unit, code }) => [unit, this.#hash([code.text])]));
    const parts = circle.map(({ code }) => [
      code.text,
      ...code.references.map((name) => {
        if (this.#apart.imports.has(name)) return this.#hashName(name);
        return this.#hash(this.#unitsOf(name).map((unit) => inside.get(unit) ?? this.#hashUnit(unit)));
      }),
    ]);
    const hashes = parts.map((texts) => this.#hash(texts));
    const all = this.#hash(hashes.toSorted());
    for (const [index, { unit }] of circle.entries()) {
      this.#hashes.set(unit, circle.length === 1 ? all : this.#hash([all, hashes[index] ?? ""]));
    }
  }

  #nameModule(specifier: string): string {
    const name = /^(?:@[^/]+\/)?[^/]+/u.exec(specifier)?.[0] ?? specifier;
    const version = specifier.startsWith("node:") ? undefined : this.#options.packageVersion(name);
    return version === undefined ? specifier : `${specifier}@${version}`;
  }

  #hash(parts: readonly string[]): string {
    const hash = createHash("sha256");
    // Lengths keep apart what could run together.
    for (const part of parts) hash.update(`${part.length}:`).update(part);
    return hash.digest("hex");
  }
}
