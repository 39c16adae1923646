import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnBothDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";

/** How often two acts are timed, and how far the ratio of their medians may be from 1. */
interface Measure {
  samples: number;
  within: number;
}
const SIGN_INS: Measure = { samples: 25, within: 0.05 };
/** Acts of a few milliseconds have medians that a busy machine shifts: there only the order of the times counts. */
const KEYS: Measure = { samples: 150, within: Number.POSITIVE_INFINITY };
const ROUNDS = 6;
const median = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

/** Mann-Whitney U as a normal score: how far two sets of times can be told apart. */
function separation(a: number[], b: number[]): number {
  const wins = a
    .flatMap((x) => b.map((y) => (x > y ? 1 : x === y ? 0.5 : 0)))
    .reduce<number>((sum, win) => sum + win, 0);
  const mean = (a.length * b.length) / 2;
  return Math.abs(wins - mean) / Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
}

/**
 * Times two acts alternately. A busy machine can make one round look different, and a very busy one each round; a real
 * difference shows in each, and in all of them together.
 */
async function compare(
  { samples, within }: Measure,
  one: () => Promise<unknown>,
  other: (sample: number) => Promise<unknown>,
): Promise<{ isAlike: boolean; rounds: { separation: number; ratio: number }[] }> {
  const timed = async (act: () => Promise<unknown>, times: number[]) => {
    const began = performance.now();
    await act();
    times.push(performance.now() - began);
  };
  const comparison = (ones: number[], others: number[]) => ({
    separation: separation(ones, others),
    ratio: median(ones) / median(others),
  });
  const rounds: { separation: number; ratio: number }[] = [];
  const all = { ones: [] as number[], others: [] as number[] };
  const isAlike = () =>
    rounds.length > 0 &&
    [...rounds, comparison(all.ones, all.others)].some(
      ({ separation: z, ratio }) => z < 3.3 && Math.abs(ratio - 1) < within,
    );
  for (let round = 0; round < ROUNDS && !isAlike(); round++) {
    const ones: number[] = [];
    const others: number[] = [];
    for (let sample = 0; sample < samples; sample++) {
      if (sample % 2) await timed(one, ones);
      await timed(() => other(sample), others);
      if (sample % 2 === 0) await timed(one, ones);
    }
    rounds.push(comparison(ones, others));
    all.ones.push(...ones);
    all.others.push(...others);
  }
  return { isAlike: isAlike(), rounds };
}

describeOnBothDatabases("what a stranger can learn", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url(), {}, { passwordCost: 12 });
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  it("P02 a known address takes as long as an unknown one", async () => {
    const { email } = await world.client(firm, owner);
    let asked = 0;
    const guess = async (address: string) => {
      // A wait would be refused at once, and prove nothing here.
      if (asked++ % 16 === 0) world.forward({ minutes: 90 });
      await world.portalSignIn(firm, address, "a wrong password here");
    };
    const compared = await compare(
      SIGN_INS,
      () => guess(email),
      (sample) => guess(`nobody-${sample % 4}@client.example`),
    );
    expect(compared).toEqual({ ...compared, isAlike: true });
  }, 400_000);

  it("Z06 a key's right prefix with a wrong secret takes as long as a prefix that nobody has, and as a revoked key", async () => {
    const input = { name: "Sync", scopes: ["CONTACTS_READ"] };
    const fresh = await world.ownerToken(firm);
    const make = () => world.mutate("createApiKey", "CreateApiKeyInput", "apiKey { id } token", input, fresh);
    const ask = (token: string) => world.ask("{ contacts(first: 1) { totalCount } }", {}, token);
    const live = (await make()).token as string;
    const wrongSecret = `${live.slice(0, 13)}${"A".repeat(43)}`;
    const revoked = await make();
    await world.mutate("revokeApiKey", "ApiKeyIdInput", "apiKey { id }", { apiKeyId: revoked.apiKey.id }, fresh);
    for (const token of [`ghk_00000000${live.slice(12)}`, revoked.token]) {
      for (let warm = 0; warm < 50; warm++) await ask(warm % 2 ? token : wrongSecret);
      const compared = await compare(
        KEYS,
        () => ask(wrongSecret),
        () => ask(token),
      );
      expect(compared).toEqual({ ...compared, isAlike: true });
    }
  }, 100_000);

  it("requesting a mail gives the same response for an account, a contact, and nobody", async () => {
    const { email } = await world.client(firm, await world.ownerToken(firm));
    const contact = await world.contact(await world.ownerToken(firm));
    for (const name of ["requestPortalAccount", "requestPasswordReset"]) {
      const answers = await Promise.all(
        [email, contact.email, "nobody@client.example"].map((address) =>
          world.mutate(name, "PortalEmailInput", "accepted", { firmSlug: firm.slug, email: address }),
        ),
      );
      expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
        new Set(['{"accepted":true,"userErrors":[]}']),
      );
    }
    expect(await world.mails("nobody@client.example")).toEqual([]);
  });

  it("M10 twenty requests for one address in a minute are three mails, with the same responses", async () => {
    const contact = await world.contact(await world.ownerToken(firm));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", {
          firmSlug: firm.slug,
          email: contact.email,
        }),
      ),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await world.mail(contact.email, /Create your account/);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect((await world.mails(contact.email)).length).toBeLessThanOrEqual(3);
  });

  it("G14 an unexpected failure reveals an id and nothing else", async () => {
    const token = await world.ownerToken(firm);
    await world.client(firm, token);
    await world.app.work.do((unit) =>
      unit.manager.query("UPDATE audit_events SET data = 'not json' WHERE firmId = ? AND type = 'ACCOUNT_CREATED'", [
        firm.id,
      ]),
    );
    const { errors, headers } = await world.ask(
      "{ auditEvents(first: 50, filter: { types: [ACCOUNT_CREATED] }) { nodes { summary } } }",
      {},
      token,
    );
    expect(errors?.[0]).toEqual({
      message: "Something went wrong on our side. Please give us the request id.",
      path: expect.any(Array),
      extensions: { code: "INTERNAL", requestId: headers.get("x-request-id") },
    });
  });

  it("R05 a reset by the firm ends the client's sessions, challenges and codes at once, and is explained in the log", async () => {
    const { email, contactId, created } = await world.client(firm, await world.ownerToken(firm));
    const token = created.result.sessionToken;
    const { secret, recoveryCodes } = await world.enroll({ token });
    const { challengeToken } = (await world.portalSignIn(firm, email)).result;
    const reset = await world.mutate(
      "resetTwoFactor",
      "ContactReasonInput",
      "contact { id }",
      { contactId, reason: "lost phone" },
      await world.ownerToken(firm),
    );
    expect(reset.userErrors).toEqual([]);
    expect((await world.ask("{ viewer { __typename } }", {}, token)).data.viewer).toBeNull();
    const verify = await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", {
      challengeToken,
      code: world.freshCode(secret),
    });
    const recover = await world.signIn("useRecoveryCode", "UseRecoveryCodeInput", {
      challengeToken,
      code: recoveryCodes[0],
    });
    expect([verify.userErrors[0].code, recover.userErrors[0].code]).toEqual(["CHALLENGE_EXPIRED", "CHALLENGE_EXPIRED"]);
    const again = await world.mutate(
      "resetTwoFactor",
      "ContactReasonInput",
      "contact { id }",
      { contactId, reason: "lost phone" },
      await world.ownerToken(firm),
    );
    expect(again.userErrors[0].code).toBe("TWO_FACTOR_NOT_ENROLLED");
  });

  it("dangerous acts need a sign-in or stepUp within ten minutes", async () => {
    const token = await world.ownerToken(firm);
    const { contactId } = await world.client(firm, token);
    world.forward({ minutes: 11 });
    const act = () =>
      world.mutate(
        "deletePortalAccount",
        "ContactReasonInput",
        "contact { portalAccount { id } portalAccessState }",
        { contactId, reason: "left" },
        token,
      );
    expect((await act()).userErrors[0].code).toBe("STEP_UP_REQUIRED");
    await world.mutate("stepUp", "StepUpInput", "session { id }", { password: "a long owner password" }, token);
    expect((await act()).contact).toEqual({ portalAccount: null, portalAccessState: "NOT_INVITED" });
  });

  it("a changed login email signs in once its mailbox confirms, and the old one no longer does", async () => {
    const { contactId, email } = await world.client(firm, await world.ownerToken(firm));
    const to = `new-${email}`;
    await world.mutate(
      "changeLoginEmail",
      "ChangeLoginEmailInput",
      "contact { id }",
      { contactId, email: to },
      await world.ownerToken(firm),
    );
    expect((await world.portalSignIn(firm, email)).result.__typename).toBe("SignedIn");
    const token = await world.mailedToken(to, /Confirm your new/);
    expect(
      (await world.ask("query($token: String!) { mailedToken(token: $token) { purpose } }", { token })).data.mailedToken
        .purpose,
    ).toBe("CONFIRM_EMAIL");
    await world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", { token });
    expect((await world.portalSignIn(firm, to)).result.__typename).toBe("SignedIn");
    expect((await world.portalSignIn(firm, email)).userErrors[0].code).toBe("INVALID_CREDENTIALS");
  });
});
