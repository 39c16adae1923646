import { existsSync } from "node:fs";
import { basename, join, posix } from "node:path";
import { describe, expect, it } from "@jest/globals";
import {
  isGenerated,
  isInRepository,
  readRepositoryFile as read,
  repositoryFiles,
  repositoryRoot,
} from "../testing/repository-files.js";
import { PLACEHOLDER, servedAddress, slugOf, writtenPages } from "./docs-pages.js";

const documents = repositoryFiles.filter((file) =>
  /^(?:[A-Z]+|docs\/.+|docker\/.+|server\/bench\/[A-Z]+)\.md$/.test(file),
);
/** Pages of the server without a file in the repository. */
const addresses = ["/docs/reference", "/docs/explorer"];
/**
 * Files that are mentioned but not in the repository: those that commands create or people fill in, and files of
 * packages that dependencies.md discusses.
 */
const elsewhere = [
  "sbom.cdx.json",
  "docker/.env",
  "lib/parsers/text_parser.js",
  "binary_parser.js",
  "v4/core/util.js",
  "v4/core/doc.js",
  "util/ImportUtils.js",
  "Reflect.js",
];

const headingsIn = (text: string) => [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => heading);
/** GitHub's anchor for a heading; `slugOf` is the one on /docs. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\- _]/gu, "")
    .replaceAll(" ", "-");

const isThere = (from: string, path: string) =>
  elsewhere.includes(path) || isGenerated(path) || isInRepository(from, path);

/** The dead links and the named files that do not exist. */
function faultsOf(file: string, text: string): string[] {
  const faults: string[] = [];
  const prose = text.replaceAll(/^```.*?^```$/gms, "");
  const withoutCode = prose.replaceAll(/`[^`\n]+`/g, "");
  const links = [
    ...[...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, href = ""]) => href),
    ...[...withoutCode.matchAll(/ src="([^"]+)"/g)].map(([, href = ""]) => href),
  ];
  for (const href of links) {
    if (href.startsWith(`${PLACEHOLDER}/`)) {
      // A page with a file is linked by its path, so that the link also works on a forge.
      if (!addresses.includes(href.slice(PLACEHOLDER.length))) faults.push(href);
      continue;
    }
    if (/^[a-z]+:/i.test(href)) continue;
    const [path = "", anchor] = href.split("#");
    const target = path === "" ? file : posix.join(posix.dirname(file), path);
    // A forge resolves an absolute path on its own host.
    if (path.startsWith("/") || !existsSync(join(repositoryRoot, target))) faults.push(href);
    else if (anchor !== undefined && target.endsWith(".md")) {
      const headings = headingsIn(target === file ? text : read(target));
      // A page that is served has both addresses.
      const isServed = writtenPages.some((candidate) => candidate.file === target);
      if (!headings.some((heading) => anchorOf(heading) === anchor && (!isServed || slugOf(heading) === anchor)))
        faults.push(href);
    }
  }
  /** Files of an example, which begin with their name. */
  const examples = [...text.matchAll(/^```\w+.*\n\/\/ (\S+)$/gm)].map(([, name = ""]) => name);
  for (const [, code = ""] of prose.matchAll(/`([^`\n]+)`/g)) {
    if (code.startsWith("/") || /[^\w.@*/-]/.test(code)) continue;
    const isFile = /\.(?:tsx?|[cm]?js|md|json|ya?ml|graphql|css|conf|svg|png)$/.test(code) && !code.startsWith(".");
    const isFolder = code.endsWith("/") || /^(?:server|shared|dashboard|docs|docker)\//.test(code);
    if ((isFile || isFolder) && !examples.includes(basename(code)) && !isThere(file, code)) faults.push(`\`${code}\``);
  }
  return faults;
}

describe("the documents", () => {
  it("link to what exists, by name and heading, and name files that exist", () => {
    expect(documents).toEqual(
      expect.arrayContaining([
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/architecture.md",
        "docs/operations.md",
      ]),
    );
    const faults = documents.flatMap((file) => faultsOf(file, read(file)).map((fault) => `${file}: ${fault}`));
    expect(faults).toEqual([]);
  });

  it.each([
    ["a missing file", "[x](docs/nowhere.md)"],
    ["a missing heading", "[x](docs/security.md#nothing)"],
    ["a missing heading of its own", "# Here\n[x](#there)"],
    ["an address that the server does not serve", `[x](${PLACEHOLDER}/docs/nowhere)`],
    ["a page that has a file, linked to by its address", `[x](${PLACEHOLDER}/docs/security)`],
    ["an absolute path, which no forge resolves", "[x](/docs/security)"],
    ["a missing picture", '<img src="docs/nowhere.png" alt="">'],
    ["a named file that is missing", "See `sign-in/nowhere.ts`."],
    ["a named folder that is missing", "See `server/src/nowhere/`."],
    ["a pattern without a match", "See `*.nowhere.ts`."],
  ])("are reported for %s", (_what, text) => {
    expect(faultsOf("README.md", text)).toHaveLength(1);
  });

  it("are not reported for what exists", () => {
    const text =
      "# Here\n[a](#here) [b](docs/security.md#keys) [c](http://localhost:4000/docs/explorer) [d](https://example.org) `*.service.ts` `server/src/features/` `x.y`";
    expect(faultsOf("README.md", text)).toEqual([]);
  });

  it("form one web of links on /docs too: a link to a served file leads to its page, one to another file is plain text", () => {
    expect(servedAddress("docs/operations.md", "security.md#keys")).toBe("/docs/security#keys");
    expect(servedAddress("docs/guide.md", "../CHANGELOG.md")).toBe("/docs/changelog");
    expect(servedAddress("docs/guide.md", "../server/schema.graphql")).toBe("/schema.graphql");
    expect(servedAddress("docs/operations.md", "../docker/SCALE.md")).toBeNull();
    expect(servedAddress("docs/guide.md", `${PLACEHOLDER}/docs/explorer`)).toBe("/docs/explorer");
    expect(servedAddress("docs/operations.md", "https://example.org/")).toBe("https://example.org/");
    expect(servedAddress("docs/operations.md", "#keys")).toBe("#keys");
  });

  it("hold every decision under its own number, each with the same four parts, and in the list", () => {
    const decisions = repositoryFiles.filter((file) => /^docs\/decisions\/\d{4}-.+\.md$/.test(file)).toSorted();
    expect(decisions.length).toBeGreaterThan(20);
    expect(decisions.map((file) => Number(basename(file).slice(0, 4)))).toEqual(
      decisions.map((_file, index) => index + 1),
    );
    const list = read("docs/decisions/README.md");
    for (const file of decisions) {
      const text = read(file);
      expect([file, [...text.matchAll(/^## (.+)$/gm)].map(([, part]) => part)]).toEqual([
        file,
        ["Context", "Choice", "Instead of", "Cost"],
      ]);
      expect([file, list.includes(`(${basename(file)})`)]).toEqual([file, true]);
    }
  });

  it("begin with a README that can be read in a minute", () => {
    expect(read("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(100);
  });
});
