import { describe, expect, it } from "@jest/globals";
import { isGenerated, isInRepository, readRepositoryFile, repositoryFiles } from "../testing/repository-files.js";

/** All but this one, whose examples name files that do not exist. */
const sources = repositoryFiles.filter(
  (file) => /^(?:server|shared|dashboard)\/.+\.(?:tsx?|[cm]js)$/.test(file) && !file.endsWith("/comments.test.ts"),
);
/** A comment on its own line, a line of a block comment, or a comment after code. */
const COMMENT = /^\s*(?:\/\/|\/?\*|\{\/\*).*$|(?<=\s)\/\/ .*$/gm;
/** A file name with or without folders; not part of a URL, and not a built program, which ends in `.js`. */
const FILE_NAME = /(?<![\w:/.*-])[\w.*-][\w./*-]*\.(?:tsx?|[cm]js|md|json|ya?ml|graphql|css)(?!\.?\w)/g;

/** The files that a source's comments name and that do not exist. */
const missingFilesIn = (file: string, text: string): string[] =>
  (text.match(COMMENT) ?? [])
    .flatMap((comment) => comment.match(FILE_NAME) ?? [])
    .map((name) => name.replace(/^[./]+/, ""))
    .filter((name) => !isGenerated(name) && !isInRepository(file, name));

describe("comments", () => {
  it("name files that exist", () => {
    const missing = sources.flatMap((file) =>
      missingFilesIn(file, readRepositoryFile(file)).map((name) => `${file}: ${name}`),
    );
    expect(missing).toEqual([]);
    expect(sources.length).toBeGreaterThan(700);
  });

  it.each([
    ["a comment of its own", "// See nowhere.ts."],
    ["a line of a docstring", "/**\n * The rule is in no-such-folder/README.md.\n */"],
    ["a comment after code", "const one = 1; // as in nowhere.mjs"],
    ["a comment in JSX", "{/* like nowhere.tsx */}"],
    ["a pattern without a match", "/** One of nowhere-*.policy.ts. */"],
  ])("are reported for a missing file: %s", (_what, text) => {
    expect(missingFilesIn("server/src/app.ts", text)).toHaveLength(1);
  });

  it("are not reported for files that exist, nor for URLs, addresses and generated files", () => {
    const text = `// app.ts, ./app.ts, src/core.ts, docs/architecture.md, *.module.ts, server/dist/main.mjs
      // https://spec.graphql.org/draft, \`/mailbox.json\`, \`data/keys.json\`
      import "./nowhere.js"; const name = "nowhere.ts";`;
    expect(missingFilesIn("server/src/app.ts", text)).toEqual([]);
  });
});
