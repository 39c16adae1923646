import type { MailContent } from "../audit/unit-of-work.js";
import { escapeHtml, manyLines, oneLine } from "./words.js";

/** One part of a mail. Texts are plain: they become HTML here alone. */
export type Block =
  | { kind: "paragraph"; text: string }
  | { kind: "action"; label: string; link: string }
  | { kind: "code"; code: string }
  | { kind: "list"; items: readonly string[] }
  | { kind: "facts"; facts: readonly (readonly [name: string, value: string])[] }
  | { kind: "quote"; from: string; text: string };

export const paragraph = (text: string): Block => ({ kind: "paragraph", text });
export const action = (label: string, link: string): Block => ({ kind: "action", label, link });

export interface Letter {
  firmName: string;
  subject: string;
  blocks: readonly Block[];
}

const SUBJECT_LENGTH = 150;
const COLOUR = "#1f4d3a";
const escaped = (text: string) => escapeHtml(oneLine(text));

function asText(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return oneLine(block.text);
    case "action":
      return `${oneLine(block.label)}:\n${block.link}`;
    case "code":
      return `    ${block.code}`;
    case "list":
      return block.items.map((item) => `- ${oneLine(item)}`).join("\n");
    case "facts":
      return block.facts.map(([name, value]) => `${name}: ${oneLine(value)}`).join("\n");
    case "quote": {
      const lines = manyLines(block.text).split("\n");
      return `${oneLine(block.from)} wrote:\n${lines.map((line) => `> ${line}`.trimEnd()).join("\n")}`;
    }
  }
}

function asHtml(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return `<p>${escaped(block.text)}</p>`;
    case "action":
      return [
        `<p><a href="${escapeHtml(block.link)}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:${COLOUR};color:#ffffff;text-decoration:none;font-weight:bold">${escaped(block.label)}</a></p>`,
        `<p style="font-size:13px;color:#555555">If the button does not work, copy this address into your browser:<br><span style="word-break:break-all">${escapeHtml(block.link)}</span></p>`,
      ].join("\n");
    case "code":
      return `<p style="font-size:28px;letter-spacing:4px;font-family:monospace">${escaped(block.code)}</p>`;
    case "list":
      return `<ul>${block.items.map((item) => `<li>${escaped(item)}</li>`).join("")}</ul>`;
    case "facts":
      return `<p>${block.facts.map(([name, value]) => `<strong>${escaped(name)}:</strong> ${escaped(value)}`).join("<br>")}</p>`;
    case "quote": {
      const lines = manyLines(block.text).split("\n").map(escapeHtml);
      return `<p>${escaped(block.from)} wrote:</p>\n<blockquote style="margin:0;padding:0 0 0 12px;border-left:3px solid #cccccc">${lines.join("<br>")}</blockquote>`;
    }
  }
}

/**
 * A mail in both forms, from the same blocks: what the one says, the other says. No image, no font and no style sheet from
 * anywhere, so that opening it tells nobody.
 */
export function letter({ firmName, subject, blocks }: Letter): MailContent {
  const footer = `${oneLine(firmName)} uses Gatehouse for its client portal.`;
  for (const block of blocks)
    if (block.kind === "action" && !/^https?:\/\/[^\s<>"]+$/.test(block.link))
      throw new Error("a mail's link must be an absolute web address");
  return {
    subject: [...oneLine(subject)].slice(0, SUBJECT_LENGTH).join(""),
    text: `${[...blocks.map(asText), `--\n${footer}`].join("\n\n")}\n`,
    html: [
      `<!doctype html>`,
      `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(subject)}</title></head>`,
      `<body style="margin:0;background:#f4f4f2"><div style="max-width:560px;margin:0 auto;padding:24px;background:#ffffff;color:#1a1a1a;font:16px/1.5 Helvetica,Arial,sans-serif">`,
      `<p style="font-weight:bold;color:${COLOUR}">${escaped(firmName)}</p>`,
      ...blocks.map(asHtml),
      `<p style="margin-top:32px;padding-top:12px;border-top:1px solid #dddddd;font-size:13px;color:#555555">${escapeHtml(footer)}</p>`,
      `</div></body></html>`,
      ``,
    ].join("\n"),
  };
}
