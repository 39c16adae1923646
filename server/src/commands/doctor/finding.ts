/** What a check says: all is well, something to know or to improve, or something that does not work. */
type Level = "OK" | "WARN" | "FAIL";

/** One line of the doctor's page. It holds no secret. */
export interface Finding {
  /** What was checked, such as "Database". */
  about: string;
  level: Level;
  /** What was found. */
  found: string;
  /** What to do about it; null where all is well. */
  remedy: string | null;
}

/** Collects the findings of one part. */
export class Findings {
  readonly list: Finding[] = [];

  constructor(private readonly about: string) {}

  ok(found: string): void {
    this.add("OK", found, null);
  }
  warn(found: string, remedy: string): void {
    this.add("WARN", found, remedy);
  }
  fail(found: string, remedy: string): void {
    this.add("FAIL", found, remedy);
  }

  private add(level: Level, found: string, remedy: string | null): void {
    this.list.push({ about: this.about, level, found, remedy });
  }
}

/** An error in words: its code and message. A connection refused at every address of a name has a code only. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return [code, message].filter(Boolean).join(": ") || "unknown reason";
}
