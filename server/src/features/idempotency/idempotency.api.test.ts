import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { roleMay, type TeamRight, type TeamRole } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { OWNER_PASSWORD, World, type Answer } from "../../testing/world.js";
import { authenticationFields } from "../sign-in/authentication-fields.js";
import { IdempotencyRecord } from "./idempotency-record.entity.js";
import { IdempotencyKeys, secretAnswers } from "./idempotency.js";

const CREATE = `mutation($input: ContactInput!) { createContact(input: $input) { contact { id name } userErrors { code } } }`;
let keys = 0;
const newKey = () => `key-${++keys}`;

describeOnDatabases("Idempotency-Key", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let apiKey: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    apiKey = await keyWith("CONTACTS_READ", "CONTACTS_WRITE");
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => world.stop());

  const keyWith = async (...scopes: string[]): Promise<string> =>
    (
      await world.mutate(
        "createApiKey",
        "CreateApiKeyInput",
        "token",
        { name: "Sync", scopes },
        await world.ownerToken(firm),
      )
    ).token;
  const create = (name: string, key: string, token = apiKey, query = CREATE): Promise<Answer> =>
    world.ask(query, { input: { name } }, token, { "idempotency-key": key });
  const countOf = async (name: string): Promise<number> =>
    Number(
      (
        (await world.app.work.reader.query("SELECT COUNT(*) AS n FROM contacts WHERE firmId = ? AND name = ?", [
          firm.id,
          name,
        ])) as { n: number }[]
      )[0]?.n,
    );
  const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions.code;

  it("a repeated request gets the first response, and is done once; another body is refused, another caller is separate", async () => {
    const key = newKey();
    const first = await create("Ada Once", key);
    const again = await create("Ada Once", key);
    expect(again.data).toEqual(first.data);
    expect([first.headers.get("idempotent-replayed"), again.headers.get("idempotent-replayed")]).toEqual([
      null,
      "true",
    ]);
    expect(await create("Ada Twice", key)).toMatchObject({ status: 422, data: undefined });
    expect(codeOf(await create("Ada Twice", key))).toBe("IDEMPOTENCY_KEY_REUSED");
    const other = await create("Ada Once", key, await keyWith("CONTACTS_WRITE"));
    expect(other.data.createContact.contact.id).not.toBe(first.data.createContact.contact.id);
    expect(await countOf("Ada Once")).toBe(2);
    expect(await countOf("Ada Twice")).toBe(0);
  });

  it("of ten parallel requests one is done, and the others get its response or are asked to wait", async () => {
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 10 }, () => create("Bo Parallel", key)));
    const codes = new Set(answers.map(codeOf));
    expect([...codes].filter((code) => code !== undefined && code !== "IDEMPOTENCY_KEY_IN_USE")).toEqual([]);
    expect(await countOf("Bo Parallel")).toBe(1);
  });

  it("if the response was lost after the commit, the retry learns so and never does it again", async () => {
    const key = newKey();
    // The server dies between the commit and storing the response.
    jest.spyOn(IdempotencyKeys.prototype, "keep").mockRejectedValueOnce(new Error("killed"));
    expect(codeOf(await create("Cy Lost", key))).toBe("INTERNAL");
    expect(await countOf("Cy Lost")).toBe(1);
    expect(codeOf(await create("Cy Lost", key))).toBe("IDEMPOTENCY_KEY_IN_USE");
    world.forward({ minutes: 2 });
    expect(await create("Cy Lost", key)).toMatchObject({ status: 409 });
    expect(codeOf(await create("Cy Lost", key))).toBe("IDEMPOTENCY_OUTCOME_UNKNOWN");
    world.forward({ minutes: 60 });
    expect(codeOf(await create("Cy Lost", key))).toBe("IDEMPOTENCY_OUTCOME_UNKNOWN");
    expect(await countOf("Cy Lost")).toBe(1);
  });

  it("if the server died before the commit, the retry does it, and the dead one can commit nothing any more", async () => {
    const { work } = world.app;
    const idempotency = new IdempotencyKeys({ work, keys: undefined as never });
    const [key, caller] = [newKey(), "somebody"];
    const dead = await idempotency.claim(caller, key, "body");
    expect(dead.kind).toBe("CLAIMED");
    expect((await idempotency.claim(caller, key, "body")).kind).toBe("IN_USE");
    world.forward({ minutes: 2 });
    const retry = await idempotency.claim(caller, key, "body");
    if (dead.kind !== "CLAIMED" || retry.kind !== "CLAIMED") throw new Error("not claimed");
    const add = (name: string) =>
      work.do((unit) => unit.manager.query("UPDATE firms SET name = ? WHERE id = ?", [name, firm.id]));
    await idempotency.run(retry, () => add("Of the retry"));
    await expect(idempotency.run(dead, () => add("Of the dead"))).rejects.toThrow("its retry took its place");
    const [{ name }] = (await work.reader.query("SELECT name FROM firms WHERE id = ?", [firm.id])) as [
      { name: string },
    ];
    expect(name).toBe("Of the retry");
    world.forward({ minutes: 2 });
    expect((await idempotency.claim(caller, key, "body")).kind).toBe("UNKNOWN");
  });

  it("of two mutations in one document the first is not repeated because the second failed", async () => {
    const key = newKey();
    const both = `mutation($input: ContactInput!) { createContact(input: $input) { contact { id } }
      unlockPortalAccount(input: { contactId: "none" }) { contact { id } } }`;
    const first = await create("Di Half", key, apiKey, both);
    const again = await create("Di Half", key, apiKey, both);
    expect([codeOf(first), codeOf(again)]).toEqual(["FORBIDDEN", "FORBIDDEN"]);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await countOf("Di Half")).toBe(1);
  });

  it("a request that did nothing may be retried with the same key", async () => {
    const key = newKey();
    const reader = await keyWith("CONTACTS_READ");
    expect(codeOf(await create("Ed Refused", key, reader))).toBe("FORBIDDEN");
    await world.app.work.do((unit) =>
      unit.manager.query("UPDATE api_keys SET scopes = 'CONTACTS_WRITE' WHERE firmId = ?", [firm.id]),
    );
    expect((await create("Ed Refused", key, reader)).data.createContact.contact.name).toBe("Ed Refused");
  });

  describe("X31 a stored response", () => {
    const UPDATE_POLICY = `mutation($input: UpdateSecurityPolicyInput!) { updateSecurityPolicy(input: $input) { userErrors { code } } }`;
    const RENAME = `mutation($input: ChangeTeamMemberInput!) { changeTeamMember(input: $input) { teamMember { name } userErrors { code } } }`;
    const BOTH = `mutation($input: ChangeTeamMemberInput!) { changeTeamMember(input: $input) { teamMember { name } } __typename }`;
    const setRole = (email: string, role: string) =>
      world.app.work.do((unit) =>
        unit.manager.query("UPDATE team_members SET role = ? WHERE email = ?", [role, email]),
      );
    const signedIn = async (role: "ADMIN" | "STAFF") => {
      const email = await world.member(firm.id, role);
      const { result } = await world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD });
      return { email, token: result.sessionToken as string };
    };
    const roles: readonly TeamRole[] = ["OWNER", "ADMIN", "STAFF"];
    const acts: [act: string, right: TeamRight, query: string, input: () => object][] = [
      ["createContact", "write", CREATE, () => ({ name: "Kept Contact" })],
      ["updateSecurityPolicy", "write", UPDATE_POLICY, () => ({ expectedVersion: 0 })],
    ];

    it.each(acts.flatMap((act) => roles.map((role) => [act[0], role, act] as const)))(
      "of %s is repeated to somebody who has become %s only if they may still do it",
      async (_act, role, act) => {
        const [name, right, query, input] = act;
        const { email, token } = await signedIn("ADMIN");
        const ask = (key: string) => world.ask(query, { input: input() }, token, { "idempotency-key": key });
        const key = newKey();
        const first = await ask(key);
        expect(first.data[name]).toBeTruthy();
        await setRole(email, role);
        const again = await ask(key);
        expect({ data: again.data, code: codeOf(again) }).toEqual(
          roleMay(role, right) ? { data: first.data, code: undefined } : { data: null, code: "FORBIDDEN" },
        );
      },
    );

    it("of a dangerous act is repeated only with a fresh proof, and the act is not done again", async () => {
      const { token } = await signedIn("ADMIN");
      const colleague = await world.member(firm.id, "STAFF");
      const [{ id: memberId }] = (await world.app.work.reader.query("SELECT id FROM team_members WHERE email = ?", [
        colleague,
      ])) as [{ id: string }];
      const rename = (key: string, query: string) =>
        world.ask(query, { input: { memberId, name: "Kept Name" } }, token, { "idempotency-key": key });
      const [one, two] = [newKey(), newKey()];
      const first = await rename(one, RENAME);
      expect(first.data.changeTeamMember.userErrors).toEqual([]);
      const [alone, beside] = [await rename(one, RENAME), await rename(two, BOTH)];
      expect([alone.data, beside.data.changeTeamMember.teamMember.name]).toEqual([first.data, "Kept Name"]);
      world.forward({ minutes: 11 });
      expect((await rename(one, RENAME)).data.changeTeamMember).toEqual({
        teamMember: null,
        userErrors: [{ code: "STEP_UP_REQUIRED" }],
      });
      const stale = await rename(two, BOTH);
      expect({ data: stale.data, code: codeOf(stale) }).toEqual({ data: null, code: "FORBIDDEN" });
      await world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, token);
      expect((await rename(one, RENAME)).data).toEqual(first.data);
    });
  });

  it("never contains secrets: mutations that return them refuse the header and do nothing", async () => {
    const before = await world.app.work.reader.count(IdempotencyRecord);
    const refused = await world.ask(
      `mutation { createApiKey(input: { name: "Secret", scopes: [AUDIT_READ] }) { token } }`,
      {},
      await world.ownerToken(firm),
      { "idempotency-key": newKey() },
    );
    expect(refused).toMatchObject({ status: 400, errors: [{ extensions: { code: "IDEMPOTENCY_KEY_REFUSED" } }] });
    expect(await world.app.work.reader.count(IdempotencyRecord)).toBe(before);
    // Every mutation that can return a secret is on the list.
    const reaches = (
      type: { name?: string; ofType?: unknown; getFields?: unknown; getTypes?: unknown },
      depth: number,
    ): boolean => {
      if (type.ofType) return reaches(type.ofType as typeof type, depth);
      if (depth === 0) return false;
      if (typeof type.getTypes === "function")
        return (type.getTypes() as (typeof type)[]).some((member) => reaches(member, depth));
      if (typeof type.getFields !== "function") return false;
      const fields = type.getFields() as Record<string, { type: typeof type }>;
      return Object.entries(fields).some(
        ([name, field]) => /secret|token$|recoveryCodes$/i.test(name) || reaches(field.type, depth - 1),
      );
    };
    const mutations = Object.values(world.app.schema.getMutationType()?.getFields() ?? {});
    const secretive = mutations.filter(({ type }) => reaches(type as never, 3)).map(({ name }) => name);
    expect(secretive).toContain("createApiKey");
    expect(secretive.filter((name) => ![...secretAnswers, ...authenticationFields].includes(name))).toEqual([]);
  });
});
