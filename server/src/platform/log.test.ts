import { expect, it } from "@jest/globals";
import { createLog } from "./log.js";

it.each([
  ["a right-to-left override", "\u202Egpj.exe"],
  ["an isolate that never ends", "\u2067abc"],
  ["a direction mark", "\u200Fabc\u061C"],
  ["line separators", "one\u2028two\u2029three"],
  ["a control sequence of eight bits", "\u009B2J"],
  ["a delete character", "abc\u007F"],
  ["a byte order mark", "\uFEFFabc"],
  ["a line break and an escape", "abc\n\u001B[2J"],
])("a line of the log is not reordered or broken by %s, and still says it", (_what, text) => {
  const lines: string[] = [];
  createLog("info", { write: (line) => void lines.push(line) }).info({ name: text, nested: { text } }, text);
  expect(lines).toHaveLength(1);
  const [line = ""] = lines;
  expect(line.trimEnd()).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(line)).toMatchObject({ name: text, nested: { text }, msg: text });
});

it("letters of every script stay readable in the log", () => {
  const lines: string[] = [];
  const text = "Zoë 株式会社 משרד 😀 می\u200Cخواهم";
  createLog("info", { write: (line) => void lines.push(line) }).info(text);
  expect(lines[0]).toContain(text);
});
