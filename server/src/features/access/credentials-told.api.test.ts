import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { setCookieOf } from "../../testing/api.js";
import { OWNER_PASSWORD, World } from "../../testing/world.js";

const QUERY = "{ firm { id } }";

/** An integrator who sees only "Sign in first." looks for the fault in the wrong place. */
describeOnDatabases("a caller who is not let in learns what is wrong with what they sent", (database) => {
  let world: World;
  let owner: string;
  let key: string;
  let firm: Awaited<ReturnType<World["firm"]>>;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    key = await world.key(owner, ["CONTACTS_READ"]);
  });
  afterAll(() => world.stop());

  const told = async (headers: Record<string, string>) => {
    const { errors } = await world.ask(QUERY, {}, undefined, headers);
    return [errors?.[0]?.extensions.code, errors?.[0]?.message];
  };
  const notValid = ["UNAUTHENTICATED", expect.stringMatching(/key or session token is not valid.*unknown, expired/)];
  const noToken = ["UNAUTHENTICATED", expect.stringMatching(/header has no key or token: write `Bearer`/)];

  it("nothing", async () =>
    expect(await told({})).toEqual([
      "UNAUTHENTICATED",
      expect.stringMatching(/^Sign in first\. .*Authorization: Bearer/),
    ]));

  it.each<[string, (key: string) => string, unknown[]]>([
    ["an unknown key", () => "Bearer gk_0000000000000000000000000000000000000000000", notValid],
    ["a key that is cut", (whole) => `Bearer ${whole.slice(0, -4)}`, notValid],
    ["a key with something behind it", (whole) => `Bearer ${whole}%0A`, notValid],
    ["a key in quotes", (whole) => `Bearer "${whole}"`, notValid],
    ["another system's token", () => "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x", notValid],
    ["an unknown session", () => "Bearer gts_nobody", notValid],
    ["a key without Bearer", (whole) => whole, noToken],
    ["Basic", (whole) => `Basic ${Buffer.from(`${whole}:`).toString("base64")}`, noToken],
    ["Bearer alone", () => "Bearer", noToken],
    ["a key of two words", (whole) => `Bearer ${whole.slice(0, 9)} ${whole.slice(9)}`, noToken],
    ["a key that never ends", () => `Bearer ${"x".repeat(300)}`, noToken],
  ])("%s", async (_what, authorization, said) => {
    const answer = await told({ authorization: authorization(key) });
    expect(answer).toEqual(said);
    expect(JSON.stringify(answer)).not.toContain(key.slice(0, 12));
  });

  it("a revoked key, and an ended session", async () => {
    const revoked = await world.key(owner, ["CONTACTS_READ"]);
    await world.app.work.do((unit) =>
      unit.manager.query("UPDATE api_keys SET revokedAt = ? WHERE firmId = ?", [1, firm.id]),
    );
    expect(await told({ authorization: `Bearer ${revoked}` })).toEqual(notValid);
    key = await world.key(owner, ["CONTACTS_READ"]);

    const signIn = `mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { result { __typename } } }`;
    const input = { email: firm.owner, password: OWNER_PASSWORD, transport: "COOKIE" };
    const { headers } = await world.ask(signIn, { input }, undefined, { origin: world.url });
    const cookie = setCookieOf(headers, "team").split(";")[0] ?? "";
    expect(await told({ cookie })).toEqual([undefined, undefined]);
    world.forward({ minutes: 13 * 60 });
    expect(await told({ cookie })).toEqual(["UNAUTHENTICATED", "Your session has ended. Sign in again."]);
    expect(await told({ authorization: `Bearer ${owner}` })).toEqual(notValid);
  });
});
