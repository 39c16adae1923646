import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from "graphql";
import { Marked } from "marked";
import { escapeHtml } from "../features/mail/words.js";
import type { Route } from "../platform/http/http-server.js";
import { send } from "../platform/http/responses.js";
import { schemaReference } from "./schema-reference.js";

/** What the texts call the server; the pages show its real address. */
const PLACEHOLDER = "http://localhost:4000";

export const slugOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");

interface Heading {
  text: string;
  level: number;
}

/** Markdown of ours as HTML, with headings that can be linked to. */
function render(markdown: string): { html: string; headings: Heading[] } {
  const headings: Heading[] = [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        headings.push({ text, level: depth });
        return `<h${depth} id="${slugOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      table(token) {
        const cells = (row: typeof token.header, tag: "th" | "td") =>
          `<tr>${row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("")}</tr>`;
        const rows = token.rows.map((row) => cells(row, "td")).join("\n");
        // What scrolls sideways can be reached by keyboard (WCAG 2.1.1).
        return `<div class="table" tabindex="0"><table><thead>${cells(token.header, "th")}</thead><tbody>${rows}</tbody></table></div>\n`;
      },
    },
  });
  // So can these.
  const html = marked.parse(markdown, { async: false }).replaceAll("<pre>", '<pre tabindex="0">');
  return { html, headings };
}

const links = [
  ["/docs", "Guide"],
  ["/docs/reference", "Reference"],
  ["/docs/explorer", "Explorer"],
  ["/docs/security", "Security"],
  ["/docs/threat-model", "Threat model"],
  ["/docs/changelog", "Changelog"],
  ["/schema.graphql", "schema.graphql"],
] as const;

function page(path: string, title: string, { html, headings }: { html: string; headings: readonly Heading[] }): string {
  const site = links.map(
    ([to, text]) => `<a href="${to}"${to === path ? ' aria-current="page"' : ""}>${escapeHtml(text)}</a>`,
  );
  const contents = headings
    .filter(({ level }) => level === 2)
    .map(({ text }) => `<li><a href="#${slugOf(text)}">${escapeHtml(text.replaceAll("`", ""))}</a></li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} - Gatehouse</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/docs.css">
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header><strong>Gatehouse for integrators</strong><nav aria-label="Documentation">${site.join("\n")}</nav></header>
<div class="columns">
<nav aria-label="On this page"><ul>${contents.join("\n")}</ul></nav>
<main id="content">
${html}
</main>
</div>
</body>
</html>
`;
}

/**
 * The documentation for integrators: the guide, the security pages and the changelog as they are written, the reference and `/schema.graphql` from the
 * schema that is served. Public, in production too: what it tells is the contract; introspection is not needed for it.
 * `directory` holds `docs/` and `CHANGELOG.md`.
 */
export function docsRoutes(directory: string, schema: GraphQLSchema, publicUrl: string): Route[] {
  const read = (file: string) => readFileSync(join(directory, file), "utf8").replaceAll(PLACEHOLDER, publicUrl);
  const sdl = `${printSchema(lexicographicSortSchema(schema))}\n`;
  const html = "text/html; charset=utf-8";
  const served: [string, string, string][] = [
    ["/docs", html, page("/docs", "Guide", render(read("docs/guide.md")))],
    ["/docs/reference", html, page("/docs/reference", "Reference", schemaReference(schema))],
    ["/docs/changelog", html, page("/docs/changelog", "Changelog", render(read("CHANGELOG.md")))],
    ["/docs/security", html, page("/docs/security", "Security", render(read("docs/security.md")))],
    ["/docs/threat-model", html, page("/docs/threat-model", "Threat model", render(read("docs/threat-model.md")))],
    ["/docs/docs.css", "text/css; charset=utf-8", read("docs/docs.css")],
    ["/schema.graphql", "text/plain; charset=utf-8", sdl],
  ];
  return served.map(([path, type, body]) => ({
    path,
    method: "GET",
    handle: (_request, response) => send(response, 200, type, body, { "cache-control": "no-cache" }),
  }));
}
