import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";

const digestOf = (query: string) => createHash("sha256").update(query).digest("hex");
const CREATE = "mutation Create($input: ContactInput!) { createContact(input: $input) { contact { id name } } }";
const CREATE_OTHERWISE =
  "mutation Other($input: ContactInput!) { createContact(input: $input) { contact { name id } } }";
const BOTH = `${CREATE} ${CREATE_OTHERWISE}`;
const UPDATE =
  "mutation($input: UpdateContactInput!) { updateContact(input: $input) { contact { id externalId } userErrors { code } } }";

interface Body {
  query?: string;
  operationName?: string | null;
  variables?: object;
  extensions?: object;
}
const persisted = (query: string, more: Body = {}): Body => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: digestOf(query) } },
  ...more,
});

/** What programs send a second time under one key: Apollo's and urql's clients send a digest alone once it is known. */
describeOnDatabases(
  "an Idempotency-Key is bound to the document that runs, the operation and the variables",
  (database) => {
    let world: World;
    let token: string;
    let keys = 0;
    beforeAll(async () => {
      world = await World.start(database.url());
      token = await world.key(await world.ownerToken(await world.firm()), ["CONTACTS_READ", "CONTACTS_WRITE"]);
      // The server learns the documents.
      for (const query of [CREATE, CREATE_OTHERWISE, UPDATE]) await send(persisted(query, { query }), undefined);
      const { code } = await send(persisted("{ firm { id } }"), undefined);
      expect(code).toBe("PERSISTED_QUERY_NOT_FOUND");
    });
    afterAll(() => world.stop());

    const send = async (body: Body, key: string | undefined) => {
      const response = await world.raw({
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${token}`,
          ...(key === undefined ? {} : { "idempotency-key": key }),
        },
        body: JSON.stringify(body),
      });
      const { data, errors } = (await response.json()) as {
        data?: { createContact?: { contact: { id: string; name: string } } };
        errors?: { extensions: { code: string } }[];
      };
      return {
        status: response.status,
        contact: data?.createContact?.contact,
        code: errors?.[0]?.extensions.code,
        isReplayed: response.headers.get("idempotent-replayed") === "true",
      };
    };
    const named = (name: string) => ({ variables: { input: { name } } });
    const ada = named("Ada Bound");
    const refused = { status: 422, code: "IDEMPOTENCY_KEY_REUSED", isReplayed: false };

    const different: [what: string, first: Body, second: Body][] = [
      ["two documents, each by its digest", persisted(CREATE, ada), persisted(CREATE_OTHERWISE, ada)],
      [
        "another document by its digest, after one in full",
        { query: CREATE, ...ada },
        persisted(CREATE_OTHERWISE, ada),
      ],
      [
        "another document in full, after one by its digest",
        persisted(CREATE, ada),
        { query: CREATE_OTHERWISE, ...ada },
      ],
      ["other variables of a digest", persisted(CREATE, ada), persisted(CREATE, named("Bo Bound"))],
      [
        "another operation of the document",
        { query: BOTH, operationName: "Create", ...ada },
        { query: BOTH, operationName: "Other", ...ada },
      ],
      [
        "null where nothing was given",
        persisted(CREATE, ada),
        persisted(CREATE, { variables: { input: { name: "Ada Bound", externalId: null } } }),
      ],
      [
        "a text where a number was",
        persisted(CREATE, { variables: { ...ada.variables, n: 1 } }),
        persisted(CREATE, { variables: { ...ada.variables, n: "1" } }),
      ],
    ];
    it.each(different)("and is refused for another request: %s", async (_what, first, second) => {
      const key = `bound-${++keys}`;
      const done = await send(first, key);
      expect([done.contact?.name, done.isReplayed]).toEqual(["Ada Bound", false]);
      expect(await send(second, key)).toMatchObject({ ...refused, contact: undefined });
      // The second request is done under a key of its own.
      expect((await send(second, `bound-${++keys}`)).contact?.id).not.toBe(done.contact?.id);
    });

    const same: [what: string, first: Body, second: Body][] = [
      ["by its digest, after it was sent in full", { query: CREATE, ...ada }, persisted(CREATE, ada)],
      ["in full, after its digest", persisted(CREATE, ada), { query: CREATE, ...ada }],
      [
        "in full with its digest, after its digest",
        persisted(CREATE, ada),
        persisted(CREATE, { query: CREATE, ...ada }),
      ],
      ["twice by its digest", persisted(CREATE, ada), persisted(CREATE, ada)],
      [
        "with the operation's name, after none",
        { query: CREATE, ...ada },
        { query: CREATE, operationName: "Create", ...ada },
      ],
      [
        "without a name, after null and a digest",
        persisted(CREATE, { operationName: null, ...ada }),
        { query: CREATE, ...ada },
      ],
      [
        "with its variables in another order",
        { query: CREATE, variables: { input: { name: "Ada Bound", externalId: null } } },
        persisted(CREATE, { variables: { input: { externalId: null, name: "Ada Bound" } } }),
      ],
    ];
    it.each(same)("and repeats the response to the same request: %s", async (_what, first, second) => {
      const key = `bound-${++keys}`;
      const done = await send(first, key);
      const again = await send(second, key);
      expect(done.contact?.name).toBe("Ada Bound");
      expect([again.contact, again.isReplayed]).toEqual([done.contact, true]);
    });

    it("and stays free while the server does not know the digest", async () => {
      const key = `bound-${++keys}`;
      const unknown =
        "mutation Unknown($input: ContactInput!) { createContact(input: $input) { contact { id name } } }";
      expect((await send(persisted(unknown, ada), key)).code).toBe("PERSISTED_QUERY_NOT_FOUND");
      expect((await send(persisted(unknown, { query: unknown, ...ada }), key)).contact?.name).toBe("Ada Bound");
      expect((await send(persisted(unknown, ada), key)).isReplayed).toBe(true);
    });
  },
);
