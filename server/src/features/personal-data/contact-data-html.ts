import {
  brandColors,
  changesInWords,
  languages,
  methodsInWords,
  type AuditChange,
  type Language,
  type SignInMethod,
} from "@gatehouse/shared";
import { DEFAULT_COLOR } from "../mail/letter.js";
import { escapeHtml, manyLines } from "../mail/words.js";
import type { ContactData, Part, Row } from "./contact-data.js";
import type { Cell, Shown } from "./contact-data-columns.js";
import { pageWords } from "./contact-data-words.js";

/** Of the page, also where it is opened from a disk: it loads nothing and runs nothing. */
export const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** How the page writes values. */
interface Style {
  language: Language;
  /** An ISO moment, in the firm's zone. */
  momentOf(iso: string): string;
}

/** "2026-11-30 12:00:05" in the zone: short, and the same in every language. */
function momentsIn(timeZone: string): (iso: string) => string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  return (iso) => format.format(Date.parse(iso));
}

/** The file for the client to read and to print: one page that needs nothing else, as it is read. */
export async function* contactDataHtml(data: ContactData): AsyncGenerator<string> {
  const { language, parts, firmName } = data;
  const say = pageWords[language];
  const momentOf = momentsIn(data.timeZone);
  const style: Style = { language, momentOf };
  const title = escapeHtml(say.title(data.contactName));
  const exportedAt = momentOf(new Date(data.exportedAt).toISOString());
  yield `<!doctype html>
<html lang="${languages[language].tag}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${styles(data.color ?? DEFAULT_COLOR)}</style>
</head>
<body>
<header><p class="firm"><bdi>${escapeHtml(firmName)}</bdi></p>
<h1 dir="auto">${title}</h1>
<p>${escapeHtml(say.intro(firmName, exportedAt, data.timeZone))}</p>
${data.sharedLogin === null ? "" : `<p><strong>${escapeHtml(say.sharedLogin(data.sharedLogin))}</strong></p>`}
</header>
<nav aria-label="${escapeHtml(say.contents)}"><ul>
${parts.map((part) => `<li><a href="#${part.name}">${escapeHtml(part.title[language])}</a></li>`).join("\n")}
<li><a href="#left-out">${escapeHtml(say.leftOut)}</a></li>
<li><a href="#deletion">${escapeHtml(say.deletion)}</a></li>
</ul></nav>
<main>
`;
  const empty: Part[] = [];
  for (const part of parts) if (yield* sectionOf(part, style)) empty.push(part);
  if (empty.length > 0) {
    const items = empty.map(({ name, title: words }) => `<li id="${name}">${escapeHtml(words[language])}</li>`);
    yield `${heading("empty", say.nothing)}<ul>\n${items.join("\n")}\n</ul></section>\n`;
  }
  yield tableOf(
    "left-out",
    say.leftOut,
    [say.what, say.why],
    data.leftOut.map((one) => [one.title?.[language] ?? say.none, one.because[language]]),
  );
  yield tableOf(
    "deletion",
    say.deletion,
    [say.what, say.becomes, say.why],
    data.onDeletion.map((one) => [one.title[language], say[one.becomes], one.because?.[language] ?? say.none]),
  );
  yield "</main>\n</body>\n</html>\n";
}

const heading = (id: string, title: string) => `<section><h2 id="${id}">${escapeHtml(title)}</h2>\n`;
const row = (cells: readonly string[], tag: "td" | 'th scope="col"') =>
  `<tr>${cells.map((cell) => `<${tag} dir="auto">${cell}</${tag.slice(0, 2)}>`).join("")}</tr>`;
const scrolling = (title: string) =>
  `<div class="scrolls" role="region" tabindex="0" aria-label="${escapeHtml(title)}">`;

function tableOf(id: string, title: string, titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const body = rows.map((cells) => row(cells.map(escapeHtml), "td")).join("\n");
  return `${heading(id, title)}${scrolling(title)}<table><thead>${row(titles.map(escapeHtml), 'th scope="col"')}</thead><tbody>\n${body}\n</tbody></table></div></section>\n`;
}

/** Nothing if the part is empty: it is named at the end, together with other empty ones. Returns whether it is. */
async function* sectionOf(
  { name, title, columns, isSingle, rows }: Part,
  style: Style,
): AsyncGenerator<string, boolean> {
  const say = pageWords[style.language];
  const shown = Object.entries(columns);
  const words = title[style.language];
  const titles = shown.map(([, column]) => escapeHtml(column.title[style.language]));
  let isEmpty = true;
  for await (const page of rows) {
    if (page.length === 0) continue;
    if (isEmpty) {
      yield heading(name, words);
      if (name === "events" && say.noteOnLog !== "") yield `<p>${escapeHtml(say.noteOnLog)}</p>\n`;
      yield isSingle ? "<dl>\n" : `${scrolling(words)}<table><thead>${row(titles, 'th scope="col"')}</thead><tbody>\n`;
    }
    isEmpty = false;
    const written = page.map((one) => {
      const cells = shown.map(([key, column]) =>
        key === "summary" ? sentenceIn(one, style) : htmlOf(column, one[key] ?? null, style),
      );
      return isSingle
        ? cells.map((cell, n) => `<dt>${titles[n]}</dt><dd dir="auto">${cell}</dd>\n`).join("")
        : `${row(cells, "td")}\n`;
    });
    yield written.join("");
  }
  if (!isEmpty) yield isSingle ? "</dl></section>\n" : "</tbody></table></div></section>\n";
  return isEmpty;
}

/** What an event says, which is in English in either language. */
function sentenceIn({ isAboutSomebodyElse, summary }: Row, { language }: Style): string {
  if (isAboutSomebodyElse === true) return escapeHtml(pageWords[language].aboutOthers);
  const text = escapeHtml(manyLines(String(summary)));
  return language === "EN" ? text : `<span lang="en">${text}</span>`;
}

function htmlOf(column: Shown, value: Cell, { language, momentOf }: Style): string {
  const say = pageWords[language];
  if (value === null) return say.none;
  switch (column.as) {
    case "at":
      return typeof value === "string"
        ? `<time datetime="${escapeHtml(value)}">${escapeHtml(momentOf(value))}</time>`
        : "";
    case "flag":
      return escapeHtml(value === true ? say.yes : say.no);
    case "methods":
      return escapeHtml(methodsInWords(value as readonly SignInMethod[], language));
    case "changes":
      return escapeHtml(changesInWords(value as unknown as readonly AuditChange[]) || say.none);
    case "word":
      return escapeHtml(column.words?.[String(value)]?.[language] ?? String(value));
    default:
      return escapeHtml(manyLines(String(value)));
  }
}

function styles(color: string): string {
  const { accent, accentText } = brandColors(color).light;
  return `
:root{color-scheme:light}
body{margin:0 auto;max-width:72rem;padding:1.5rem;font:15px/1.5 system-ui,sans-serif;color:#1c1c1c;background:#fff}
header{border-top:6px solid ${accent};padding-top:1rem}
.firm{margin:0;font-weight:600;color:${accentText}}
h1{margin:.25rem 0 1rem;font-size:1.6rem;overflow-wrap:anywhere}
h2{margin:2rem 0 .5rem;font-size:1.15rem;color:${accentText}}
nav ul{columns:18rem;padding-left:1.2rem}
a{color:${accentText}}
.scrolls{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{border-bottom:1px solid #d6d6d6;padding:.35rem .6rem .35rem 0;text-align:start;vertical-align:top;overflow-wrap:anywhere;min-width:5rem}
dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.25rem 1rem;margin:0}
dt{color:#555}
dd{margin:0;overflow-wrap:anywhere}
@media (max-width:30rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
@media print{body{max-width:none;padding:0;font-size:11px}nav{display:none}.scrolls{overflow:visible}thead{display:table-header-group}tr{break-inside:avoid}}
`;
}
