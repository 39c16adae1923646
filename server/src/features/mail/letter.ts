import { brandColors, languages, neutralColors, shownLogoSize } from "@gatehouse/shared";
import type { Block, Letter, MailContent } from "../work/mail-to-send.js";
import type { MailLook } from "./mail-look.js";
import { mailWords, type MailWords } from "./mail-words.js";
import { escapeHtml, manyLines, oneLine } from "./words.js";

export const paragraph = (text: string): Block => ({ kind: "paragraph", text });
export const action = (label: string, link: string): Block => ({ kind: "action", label, link });

const SUBJECT_LENGTH = 150;
/** Of firms that chose none. */
export const DEFAULT_COLOR = "#1f4d3a";
/** The Content-ID of the firm's logo. */
export const LOGO_ID = "logo@gatehouse";
const escaped = (text: string) => escapeHtml(oneLine(text));

function asText(block: Block, say: MailWords): string {
  switch (block.kind) {
    case "paragraph":
      return oneLine(block.text);
    case "action":
      return `${oneLine(block.label)}${say.colon}\n${block.link}`;
    case "code":
      return `    ${block.code}`;
    case "list":
      return block.items.map((item) => `- ${oneLine(item)}`).join("\n");
    case "facts":
      return block.facts.map(([name, value]) => `${name}${say.colon} ${oneLine(value)}`).join("\n");
    case "quote": {
      const lines = manyLines(block.text).split("\n");
      return `${say.wrote(oneLine(block.from))}\n${lines.map((line) => `> ${line}`.trimEnd()).join("\n")}`;
    }
  }
}

/** What a firm's branding adds to a mail; Gatehouse's own mails have none. */
interface Styling {
  /** In the head: dark colors, for mail programs that request them. */
  styles: string[];
  /** A class attribute that those styles refer to. */
  part(name: "canvas" | "page" | "firm" | "button" | "small" | "logo"): string;
  firmColor: string;
  button: string;
  logo: string | null;
}
const undressed: Styling = {
  styles: [],
  part: () => "",
  firmColor: DEFAULT_COLOR,
  button: `background:${DEFAULT_COLOR};color:#ffffff`,
  logo: null,
};

function dressOf({ color, logo }: MailLook, firmName: string): Styling {
  const { light, dark } = brandColors(color ?? DEFAULT_COLOR);
  const { canvas, surface, ink, muted, line, logoPlate } = neutralColors.dark;
  const size = logo && shownLogoSize(logo);
  return {
    styles: [
      `<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">`,
      `<style>@media (prefers-color-scheme:dark){.canvas{background:${canvas}!important}.page{background:${surface}!important;color:${ink}!important}.firm{color:${dark.accentText}!important}.button{background:${dark.accent}!important;color:${dark.onAccent}!important;border-color:${dark.accentEdge}!important}.small{color:${muted}!important;border-color:${line}!important}.logo{background:${logoPlate}!important;padding:8px!important;border-radius:6px}}</style>`,
    ],
    part: (name) => ` class="${name}"`,
    firmColor: light.accentText,
    button: `border:1px solid ${light.accentEdge};background:${light.accent};color:${light.onAccent}`,
    logo:
      size &&
      `<img class="logo" src="cid:${LOGO_ID}" alt="${escaped(firmName)}" width="${size.width}" height="${size.height}" style="border:0;max-width:100%;height:auto">`,
  };
}

function asHtml(block: Block, { part, button }: Styling, say: MailWords): string {
  switch (block.kind) {
    case "paragraph":
      return `<p>${escaped(block.text)}</p>`;
    case "action":
      return [
        `<p><a${part("button")} href="${escapeHtml(block.link)}" style="display:inline-block;padding:12px 20px;border-radius:6px;${button};text-decoration:none;font-weight:bold">${escaped(block.label)}</a></p>`,
        `<p${part("small")} style="font-size:13px;color:#555555">${escapeHtml(say.buttonFails)}<br><span style="word-break:break-all">${escapeHtml(block.link)}</span></p>`,
      ].join("\n");
    case "code":
      return `<p style="font-size:28px;letter-spacing:4px;font-family:monospace">${escaped(block.code)}</p>`;
    case "list":
      return `<ul>${block.items.map((item) => `<li>${escaped(item)}</li>`).join("")}</ul>`;
    case "facts":
      return `<p>${block.facts.map(([name, value]) => `<strong>${escaped(name)}${say.colon}</strong> ${escaped(value)}`).join("<br>")}</p>`;
    case "quote": {
      const lines = manyLines(block.text).split("\n").map(escapeHtml);
      return `<p>${escapeHtml(say.wrote(oneLine(block.from)))}</p>\n<blockquote style="margin:0;padding:0 0 0 12px;border-left:3px solid #cccccc">${lines.join("<br>")}</blockquote>`;
    }
  }
}

/** A mail. `letterHtml` makes its HTML from the same blocks when it is sent, so that both say the same. */
export function letter(given: Letter): MailContent {
  const { firmName, subject, blocks, language = "EN" } = given;
  const say = mailWords[language];
  for (const block of blocks)
    if (block.kind === "action" && !/^https?:\/\/[^\s<>"]+$/.test(block.link))
      throw new Error("a mail's link must be an absolute web address");
  return {
    subject: [...oneLine(subject)].slice(0, SUBJECT_LENGTH).join(""),
    text: `${[...blocks.map((block) => asText(block, say)), `--\n${say.footer(oneLine(firmName))}`].join("\n\n")}\n`,
    letter: given,
  };
}

/** Whether the letter carries the firm's branding, if it has one. */
export const isFirms = ({ audience }: Letter): boolean => audience !== "TEAM";

/**
 * The letter as HTML. It loads no image, font or style sheet, so that opening it reveals nothing to anybody, and so
 * that nothing is missing if a mail program blocks remote pictures: a logo is part of the mail.
 */
export function letterHtml(given: Letter, look: MailLook | null): string {
  const { firmName, subject, blocks, language = "EN" } = given;
  const say = mailWords[language];
  const styling = look && isFirms(given) ? dressOf(look, firmName) : undressed;
  const { part } = styling;
  return [
    `<!doctype html>`,
    `<html lang="${languages[language].tag}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(subject)}</title>${styling.styles.join("")}</head>`,
    `<body${part("canvas")} style="margin:0;background:#f4f4f2"><div${part("page")} style="max-width:560px;margin:0 auto;padding:24px;background:#ffffff;color:#1a1a1a;font:16px/1.5 Helvetica,Arial,sans-serif">`,
    `<p${part("firm")} style="font-weight:bold;color:${styling.firmColor}">${styling.logo ?? escaped(firmName)}</p>`,
    ...blocks.map((block) => asHtml(block, styling, say)),
    `<p${part("small")} style="margin-top:32px;padding-top:12px;border-top:1px solid #dddddd;font-size:13px;color:#555555">${escapeHtml(say.footer(oneLine(firmName)))}</p>`,
    `</div></body></html>`,
    ``,
  ].join("\n");
}
