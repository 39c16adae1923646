import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";

const realm = globalThis as { brokenInto?: string };
const PROGRAM = "globalThis.brokenInto=1";
/** graphql-jit 0.8.9 inserted literals that begin like this into the code that it generated, as numbers and dates. */
const MARKERS = [
  "__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d",
  "__MAGIC_NAN__57f286b9_4c20_487f_b409_79804ddcb4f8",
  "__MAGIC_PLUS_INFINITY__bb201c39_3333_4695_b4ad_7f1722e7aa7a",
  "__MAGIC_MINUS_INFINITY__71d4310a_d4a3_4a05_b1fe_e60779d24998",
];
/** Ways to break out of a string, template, comment, regular expression, call or property access of generated code. */
const BREAKOUTS = ["", '");', "');", "`);${", "*/", "\\u2028", "]};", "});}"];
const texts = [...MARKERS, ...BREAKOUTS].map((start) => `${start}${PROGRAM}`);

// X1: one anonymous request could run code in the server.
describeOnDatabases("no text of a request is run as code", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterAll(() => world.stop());
  afterEach(() => {
    delete realm.brokenInto;
  });

  it.each(texts)("neither as a literal, as a default nor as a variable, from a stranger: %s", async (text) => {
    const literal = JSON.stringify(text).replaceAll("\\\\u2028", "\\u2028");
    const documents: [query: string, variables?: object][] = [
      [`{ portal(firmSlug: ${literal}) { name } }`],
      [`query($slug: String! = ${literal}) { portal(firmSlug: $slug) { name } }`],
      ["query($slug: String!) { portal(firmSlug: $slug) { name } }", { slug: text }],
      [`{ magicLink(token: ${literal}, deviceKey: ${literal}) { state } mailedToken(token: ${literal}) { purpose } }`],
      [
        `mutation { portalSignIn(input: { firmSlug: ${literal}, email: ${literal}, password: ${literal} }) { userErrors { code } } }`,
      ],
    ];
    for (const [query, variables] of documents) {
      // The second request takes the lane of known operations.
      for (let time = 0; time < 2; time++) {
        const { errors } = await world.ask(query, variables);
        expect(errors).toBeUndefined();
        expect(realm.brokenInto).toBeUndefined();
      }
    }
  });
});

describe("what the server depends on", () => {
  it("contains no library that turns a document into code", () => {
    const lock = readFileSync(join(__dirname, "../../../../pnpm-lock.yaml"), "utf8");
    expect(lock).not.toMatch(/graphql-jit|fast-json-stringify/);
  });
});
