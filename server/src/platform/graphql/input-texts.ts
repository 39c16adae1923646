import { isPlainLine, isPlainText, isVisible, lengths, normalizeName, textIsPlain } from "@gatehouse/shared";
import { Refusal } from "./failures.js";

/** A name as it is stored. Refuses an invalid one with INVALID_INPUT. */
export function readName(text: string): string {
  const name = normalizeName(text);
  if (name === null)
    throw new Refusal(
      "INVALID_INPUT",
      ["input", "name"],
      `Give a name of 1 to ${lengths.name} characters, in one line of plain text without invisible characters.`,
    );
  return name;
}

/** Refuses text with INVALID_INPUT that does not fit on one line or contains invisible characters. */
export function mustBeLine(text: string, field: readonly string[]): void {
  if (!isPlainLine(text))
    throw new Refusal(
      "INVALID_INPUT",
      field,
      "Line breaks, control characters and invisible ones are not allowed here.",
    );
  if (!isVisible(text)) throw new Refusal("INVALID_INPUT", field, "This contains no visible character.");
}

/** A meaningful reason, which is kept in the audit log. Refuses an empty one with INVALID_INPUT. */
export function readReason(text: string): string {
  const reason = text.trim();
  const field = ["input", "reason"];
  if (!isVisible(reason) || [...reason].length > lengths.reason)
    throw new Refusal("INVALID_INPUT", field, `Give a reason of 1 to ${lengths.reason} characters.`);
  if (!isPlainText(reason)) throw new Refusal("INVALID_INPUT", field, textIsPlain);
  return reason;
}

/** A user's message for a mail; null if it is empty. Refuses an invalid one with INVALID_INPUT. */
export function readMessage(text: string | null | undefined): string | null {
  const message = text?.trim() ?? "";
  if (message === "") return null;
  const field = ["input", "message"];
  if ([...message].length > lengths.message)
    throw new Refusal("INVALID_INPUT", field, `Use at most ${lengths.message} characters.`);
  if (!isVisible(message) || !isPlainText(message)) throw new Refusal("INVALID_INPUT", field, textIsPlain);
  return message;
}
