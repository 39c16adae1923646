import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { CommandError } from "./command-error.js";

/**
 * A new password, from the environment variable or typed twice without echo. Never an argument: other users of the
 * machine can read those.
 */
export async function newPassword(fromEnvironment: string | undefined, variable: string): Promise<string> {
  if (fromEnvironment) return fromEnvironment;
  if (!process.stdin.isTTY) throw new CommandError(`There is no terminal to prompt for a password: set ${variable}.`);
  const first = await ask("Password: ");
  if ((await ask("Repeat the password: ")) !== first) throw new CommandError("The two passwords differ.");
  return first;
}

/** A line that is typed at the terminal. `instead`: what to do without one. */
export async function typedLine(question: string, instead: string): Promise<string> {
  if (!process.stdin.isTTY) throw new CommandError(`There is no terminal to ask at: ${instead}.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await new Promise<string>((resolve) => terminal.question(question, resolve))).trim();
  } finally {
    terminal.close();
  }
}

function ask(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  return new Promise((resolve, reject) => {
    terminal.once("SIGINT", () => {
      terminal.close();
      reject(new CommandError("Stopped."));
    });
    terminal.question("", (answer) => {
      terminal.close();
      process.stderr.write("\n");
      resolve(answer);
    });
  });
}
