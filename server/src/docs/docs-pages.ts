import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from "graphql";
import { Marked } from "marked";
import { escapeHtml } from "../features/mail/words.js";
import type { Route } from "../platform/http/http-server.js";
import { send } from "../platform/http/responses.js";
import { schemaReference } from "./schema-reference.js";

/** The hand-written pages, with their files in the repository. */
export const writtenPages = [
  { path: "/docs", title: "Guide", file: "docs/guide.md" },
  { path: "/docs/compatibility", title: "Compatibility", file: "docs/compatibility.md" },
  { path: "/docs/operations", title: "Operations", file: "docs/operations.md" },
  { path: "/docs/security", title: "Security", file: "docs/security.md" },
  { path: "/docs/threat-model", title: "Threat model", file: "docs/threat-model.md" },
  { path: "/docs/changelog", title: "Changelog", file: "CHANGELOG.md" },
] as const;

/** The server's address in the texts. The pages show the real one. */
export const PLACEHOLDER = "http://localhost:4000";

/**
 * Where a document's link points on `/docs`; null if its file is not served. Documents link to each other by relative
 * paths, which a forge resolves too, and to pages without a file by the server's address.
 */
export function servedAddress(file: string, href: string): string | null {
  if (href.startsWith(`${PLACEHOLDER}/`)) return href.slice(PLACEHOLDER.length);
  if (/^(?:[a-z]+:|#)/i.test(href)) return href;
  const [path = "", anchor] = href.split("#");
  const target = posix.join(posix.dirname(file), path);
  const served = writtenPages.find((candidate) => candidate.file === target);
  if (served) return anchor === undefined ? served.path : `${served.path}#${anchor}`;
  return target === "server/schema.graphql" ? "/schema.graphql" : null;
}

export const slugOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");

interface Heading {
  text: string;
  level: number;
}

/**
 * Our Markdown as HTML, with headings that can be linked to. A link to a file that is not served becomes plain text.
 */
function render(file: string, markdown: string): { html: string; headings: Heading[] } {
  const headings: Heading[] = [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        headings.push({ text, level: depth });
        return `<h${depth} id="${slugOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        const address = servedAddress(file, href);
        return address === null ? text : `<a href="${escapeHtml(address)}">${text}</a>`;
      },
      table(token) {
        const cells = (row: typeof token.header, tag: "th" | "td") =>
          `<tr>${row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("")}</tr>`;
        const rows = token.rows.map((row) => cells(row, "td")).join("\n");
        // Horizontally scrolling content must be reachable by keyboard (WCAG 2.1.1).
        return `<div class="table" tabindex="0"><table><thead>${cells(token.header, "th")}</thead><tbody>${rows}</tbody></table></div>\n`;
      },
    },
  });
  // So must code blocks.
  const html = marked.parse(markdown, { async: false }).replaceAll("<pre>", '<pre tabindex="0">');
  return { html, headings };
}

const [guide, ...others] = writtenPages;
const links = [
  [guide.path, guide.title],
  ["/docs/reference", "Reference"],
  ["/docs/explorer", "Explorer"],
  ...others.map(({ path, title }) => [path, title] as const),
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
 * The documentation for integrators and operators: the written pages as they are, plus the reference and
 * `/schema.graphql` generated from the served schema. Public, in production too: it describes only the contract, and
 * integrators need no introspection. `directory` contains `docs/` and `CHANGELOG.md`.
 */
export function docsRoutes(directory: string, schema: GraphQLSchema, publicUrl: string): Route[] {
  const read = (file: string) => readFileSync(join(directory, file), "utf8");
  const sdl = `${printSchema(lexicographicSortSchema(schema))}\n`;
  const html = "text/html; charset=utf-8";
  const served: [string, string, string][] = [
    ...writtenPages.map(({ path, title, file }): [string, string, string] => [
      path,
      html,
      page(path, title, render(file, read(file))).replaceAll(PLACEHOLDER, escapeHtml(publicUrl)),
    ]),
    ["/docs/reference", html, page("/docs/reference", "Reference", schemaReference(schema))],
    ["/docs/docs.css", "text/css; charset=utf-8", read("docs/docs.css")],
    ["/schema.graphql", "text/plain; charset=utf-8", sdl],
  ];
  return served.map(([path, type, body]) => ({
    path,
    method: "GET",
    handle: (_request, response) => send(response, 200, type, body, { "cache-control": "no-cache" }),
  }));
}
