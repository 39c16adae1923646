import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";

describeOnDatabases("what a change of the security policy would do", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterAll(() => world.stop());

  it("is counted for a start at once and for a later day, and for magic links that ask for the code, before anything is saved", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    await world.client(firm, owner);
    const impact = async (args: string) => {
      const { data, errors } = await world.ask(
        `{ securityModeImpact(mode: MAGIC_LINK_AND_LOGIN_2FA${args}) { accounts accountsToEnroll sessionsToEnd } }`,
        {},
        owner,
      );
      expect(errors).toBeUndefined();
      return Object.values(data.securityModeImpact as object);
    };
    const save = async (input: object) => {
      const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, owner);
      const expectedVersion = data.firm.securityPolicy.version as number;
      const change = { ...input, expectedVersion };
      const { userErrors } = await world.mutate(
        "updateSecurityPolicy",
        "UpdateSecurityPolicyInput",
        "firm { id }",
        change,
        owner,
      );
      expect(userErrors).toEqual([]);
    };
    const later = new Date(world.now() + 86_400_000).toISOString();

    expect(await impact("")).toEqual([1, 1, 1]);
    expect(await impact(", enforcedFrom: null")).toEqual([1, 1, 1]);
    expect(await impact(`, enforcedFrom: "${later}"`)).toEqual([1, 0, 0]);

    await save({ mode: "MAGIC_LINK_AND_LOGIN_2FA", enforcedFrom: later });
    expect(await impact("")).toEqual([1, 0, 0]);
    // An announced requirement, brought forward.
    expect(await impact(", enforcedFrom: null")).toEqual([1, 1, 1]);

    // A visitor by link, who has no account.
    await save({ enforcedFrom: null, magicLinkRequiresTwoFactor: false });
    const { id: visitor, email } = await world.contact(owner);
    await world.mutate(
      "sendClientRequest",
      "SendClientRequestInput",
      "request { id }",
      { contactId: visitor, title: "Tax", items: ["T4"] },
      owner,
    );
    const token = await world.mailedToken(email, /Tax/);
    const claimed = await world.mutate("claimMagicLink", "ClaimMagicLinkInput", "result { __typename }", {
      token,
      deviceKey: "d".repeat(32),
      transport: "TOKEN",
    });
    expect(claimed.result).toEqual({ __typename: "SignedIn" });
    expect(await impact("")).toEqual([1, 1, 0]);
    expect(await impact(", magicLinkRequiresTwoFactor: true")).toEqual([1, 1, 1]);
  });
});
