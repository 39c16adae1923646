import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, World, type Answer } from "../../testing/world.js";

const STEP_UP = "mutation($input: StepUpInput!) { stepUp(input: $input) { session { id } userErrors { code } } }";
const SIGN_IN =
  "mutation($input: PortalSignInInput!) { portalSignIn(input: $input) { result { __typename } userErrors { code } } }";
const codeOf = ({ errors, data }: Answer): string =>
  errors?.[0]?.extensions.code ?? Object.values<Answer["data"]>(data)[0].userErrors[0]?.code ?? "done";

describeOnDatabases("X15a one client who floods the line of hashes", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let guest: { emails: string[]; token: string };
  let others: string[];
  beforeAll(async () => {
    // Expensive enough that hashes wait for each other.
    world = await World.start(database.url(), { trustedProxies: ["127.0.0.1"] }, { passwordCost: 10 });
    firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const clients: Awaited<ReturnType<World["client"]>>[] = [];
    for (let n = 0; n < 14; n++) clients.push(await world.client(firm, owner));
    const emails = clients.map(({ email }) => email);
    others = emails.slice(10);
    guest = { emails: emails.slice(0, 10), token: clients[0]?.created.result.sessionToken };
  });
  afterAll(() => world.stop());

  const from = (address: string) => ({ "x-forwarded-for": address });
  const signIn = (email: string, address: string) =>
    world.ask(
      SIGN_IN,
      { input: { firmSlug: firm.slug, email, password: CLIENT_PASSWORD, transport: "TOKEN" } },
      undefined,
      from(address),
    );
  /** How much of the flood was served before the others, who arrive when its first response is sent. */
  async function servedBeforeOthers(flood: () => Promise<Answer>, many: number) {
    const answers: string[] = [];
    let hasBegun = () => {};
    const begun = new Promise<void>((resolve) => (hasBegun = resolve));
    const all = Array.from({ length: many }, async () => {
      answers.push(codeOf(await flood()));
      hasBegun();
    });
    await begun;
    const served = () => answers.filter((code) => code === "done").length;
    const before = served();
    const came = await Promise.all(others.map((email, n) => signIn(email, `198.51.100.${n}`)));
    const meanwhile = served() - before;
    await Promise.all(all);
    expect(came.map(codeOf)).toEqual(others.map(() => "done"));
    return { meanwhile, answers };
  }

  it("with the right password at stepUp is served now and then, the others in their turn", async () => {
    const stepUp = () => world.ask(STEP_UP, { input: { password: CLIENT_PASSWORD } }, guest.token, from("192.0.2.1"));
    const { meanwhile, answers } = await servedBeforeOthers(stepUp, 60);
    expect(meanwhile).toBeLessThan(20);
    // The excess is refused at once and by name, to be retried. Ten at once take all attempts of a person before one is
    // checked.
    const typed = ["done", "RATE_LIMITED", "TOO_MANY_REQUESTS", "ACCOUNT_LOCKED"];
    expect(answers.filter((code) => !typed.includes(code))).toEqual([]);
    expect(answers.filter((code) => code === "done").length).toBeLessThanOrEqual(20);
  });

  it("by signing in correctly, to ten of their accounts at once, takes turns with people from elsewhere", async () => {
    let n = 0;
    const { meanwhile } = await servedBeforeOthers(() => signIn(guest.emails[n++ % 10] ?? "", "192.0.2.1"), 60);
    expect(meanwhile).toBeLessThan(20);
  });
});

describeOnDatabases("X15a repeated proofs of identity", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterAll(() => world.stop());

  it("are limited even if they are right: twenty times in a quarter of an hour, then a wait", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const token = (await world.client(firm, owner)).created.result.sessionToken;
    const again = await world.client(firm, owner);
    const stepUp = () => world.ask(STEP_UP, { input: { password: CLIENT_PASSWORD } }, token);
    const change = () =>
      world.ask(
        "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { session { id } userErrors { code message } } }",
        { input: { currentPassword: CLIENT_PASSWORD, newPassword: CLIENT_PASSWORD } },
        token,
      );
    for (let n = 0; n < 20; n++) expect([n, codeOf(await (n % 2 ? change : stepUp)())]).toEqual([n, "done"]);
    expect(codeOf(await stepUp())).toBe("TOO_MANY_REQUESTS");
    const askedAt = performance.now();
    const refused = await change();
    // A client who keeps asking takes no cores from others: half a second, minus the clock's rounding.
    expect(performance.now() - askedAt).toBeGreaterThan(490);
    expect(refused.data.changePassword.userErrors[0]).toMatchObject({
      code: "TOO_MANY_REQUESTS",
      message: expect.stringMatching(/Try again in (60|5\d) seconds/),
    });
    // Only that client's: not another client's, and not sign-ins.
    const neighbour = again.created.result.sessionToken;
    expect(codeOf(await world.ask(STEP_UP, { input: { password: CLIENT_PASSWORD } }, neighbour))).toBe("done");
    world.forward({ seconds: 61 });
    expect(codeOf(await stepUp())).toBe("done");
  });
});
