/**
 * A setting is not valid. The message continues a sentence that begins with the variable's name, says what to write
 * instead, and never quotes what could be part of a secret.
 */
export class SettingFault extends Error {}

/**
 * The process cannot start as things are, and the operator can mend that. The message says everything: no stack belongs
 * beside it. `faults`: a sentence for each thing to mend, if there are several.
 */
export class StartRefused extends Error {
  constructor(
    readonly summary: string,
    readonly faults: readonly string[] = [],
  ) {
    super([summary, ...faults.map((fault) => `  ${fault}`)].join("\n"));
  }
}

/** Collects what is wrong, so that the operator sees all of it at once. */
export class Faults {
  private readonly found: string[] = [];

  add(variable: string, sentence: string): void {
    this.found.push(`${variable} ${sentence}.`);
  }
  addAll(sentences: readonly string[]): void {
    this.found.push(...sentences);
  }
  /** The result, or null with the fault noted. */
  in<T>(variable: string, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SettingFault)) throw error;
      this.add(variable, error.message);
      return null;
    }
  }
  /** Throws StartRefused with all of them, if there are any. */
  throwIfAny(): void {
    if (this.found.length > 0) throw new StartRefused("The configuration is not valid:", this.found);
  }
}
