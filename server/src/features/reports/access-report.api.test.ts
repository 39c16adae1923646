import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { allowsPasswordLogin, exceptionsOf, isTrustedNow, linkState, type SignInMethod } from "@gatehouse/shared";
import { In } from "typeorm";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, WORLD_KEYS, World, type Data } from "../../testing/world.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { Checkpoints } from "../checkpoints/checkpoints.service.js";
import { Contact } from "../contacts/contact.entity.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { TrustedDevice } from "../devices/trusted-device.entity.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import { accessReport, type AccessReport } from "./access-report.js";

/** Repeatable chances (mulberry32). */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Snapshot = Pick<AccessReport, "policy"> & { rows: object[] };
const told = ({ policy, rows }: AccessReport): Snapshot => ({
  policy,
  rows: rows.map(({ login, ...row }) => ({ ...row, login })).toSorted(byKey),
});
const keyOf = (row: object) => JSON.stringify(row, Object.keys(row).toSorted());
const byKey = (one: object, other: object) => (keyOf(one) < keyOf(other) ? -1 : 1);

describeOnDatabases("the report of who has access", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  const signedInBy = new Map<string, SignInMethod[]>();
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
  });
  afterAll(() => world?.stop());

  const reportOf = async (asOf: number): Promise<AccessReport> => {
    const { seq } = await new Checkpoints({ work: world.app.work, keys: WORLD_KEYS }).state(firm.id);
    return accessReport(world.app.work, firm.id, { asOf, throughSeq: seq });
  };

  /** What the tables hold now. */
  async function snapshot(): Promise<Snapshot> {
    const { reader } = world.app.work;
    const [now, firmId] = [world.now(), firm.id];
    const contacts = await reader.findBy(Contact, { firmId });
    const accounts = await reader.findBy(PortalAccount, { firmId });
    const states = await reader.findBy(TwoFactorState, { firmId });
    const requests = await reader.findBy(ClientRequest, { firmId });
    const devices = await reader.find(TrustedDevice);
    const links = await reader.findBy(MagicLink, { requestId: In(requests.map(({ id }) => id)) });
    const { mode, enforcedFrom, magicLinkRequiresTwoFactor, trustedDeviceDays } = await loadPolicy(reader, firmId);
    const policy = { mode, enforcedFrom, magicLinkRequiresTwoFactor, trustedDeviceDays };
    const loginOf = (accountId: string | null) => {
      const account = accounts.find(({ id }) => id === accountId);
      if (!account) return null;
      return {
        accountId: account.id,
        email: account.email,
        createdAt: account.createdAt,
        enrolledAt: states.find(({ ownerId }) => ownerId === account.id)?.enrolledAt ?? null,
        passkeys: 0,
        lastSignInAt: account.lastSignInAt,
        lastMethods: signedInBy.get(account.id) ?? null,
        trustedDevices: devices.filter(
          ({ ownerId, ...device }) => ownerId === account.id && isTrustedNow(device, policy, now),
        ).length,
      };
    };
    const exceptions = (contactEmail: string | null | undefined, accountId: string | null) => {
      const login = loginOf(accountId);
      const served = contacts.filter(({ portalAccountId }) => accountId !== null && portalAccountId === accountId);
      const facts = login && { email: login.email, isEnrolled: login.enrolledAt !== null, contacts: served.length };
      return exceptionsOf({ contactEmail, login: facts }, policy, now);
    };
    const ofContacts = contacts.map(({ id, name, email, organization, portalAccountId }) => ({
      contactId: id,
      name,
      email,
      organization,
      login: loginOf(portalAccountId),
      openLinks: links.filter(
        (link) =>
          requests.find(({ id: requestId }) => requestId === link.requestId)?.contactId === id &&
          ["UNCLAIMED", "CLAIMED"].includes(linkState(link, now)),
      ).length,
      exceptions: exceptions(email, portalAccountId),
      isFromTables: false,
      isErased: false,
    }));
    const alone = accounts
      .filter(({ id }) => !contacts.some(({ portalAccountId }) => portalAccountId === id))
      .map(({ id }) => ({
        contactId: null,
        name: null,
        email: null,
        organization: null,
        login: loginOf(id),
        openLinks: 0,
        exceptions: exceptions(undefined, id),
        isFromTables: false,
        isErased: false,
      }));
    return { policy, rows: [...ofContacts, ...alone].toSorted(byKey) };
  }

  /** A year in which the firm and its clients do what they can, in an order that the seed decides. */
  async function liveAYear(seed: number, acts: number, afterEach: () => Promise<void>): Promise<Map<string, number>> {
    const chance = chances(seed);
    const below = (n: number) => Math.floor(chance() * n);
    const oneOf = <T>(list: readonly T[]): T | undefined => list[below(list.length)];
    const { reader } = world.app.work;
    const secrets = new Map<string, string>();
    const made = new Map<string, number>();
    const newEmail = () => `client-${below(1e9)}@client.example`;
    let owner = "";
    const asOwner = async (name: string, type: string, selection: string, input: object): Promise<Data> => {
      const done = await world.mutate(name, type, selection, input, owner);
      if (done.userErrors.length > 0 && process.env.REPORT_DEBUG) console.log(name, JSON.stringify(done.userErrors));
      return done;
    };
    const contacts = () => reader.find(Contact, { where: { firmId: firm.id }, order: { id: "ASC" } });
    const someContact = async () => oneOf(await contacts());
    const withAccount = async () => oneOf((await contacts()).filter(({ portalAccountId }) => portalAccountId !== null));
    const remember = async (email: string, methods: SignInMethod[]) => {
      const account = await reader.findOneBy(PortalAccount, { firmId: firm.id, email });
      if (account && account.lastSignInAt !== null) signedInBy.set(account.id, methods);
    };
    const enter = async (): Promise<{ accountId: string; token: string } | null> => {
      const contact = await withAccount();
      const account = await reader.findOneBy(PortalAccount, { id: contact?.portalAccountId ?? "" });
      if (!account) return null;
      const { result } = await world.portalSignIn(firm, account.email);
      if (result?.__typename === "SignedIn") {
        await remember(account.email, ["PASSWORD"]);
        return { accountId: account.id, token: result.sessionToken };
      }
      const secret = secrets.get(account.id);
      if (result?.__typename === "TwoFactorRequired" && secret !== undefined) {
        const input = {
          challengeToken: result.challengeToken,
          code: world.freshCode(secret),
          trustDevice: chance() < 0.6,
        };
        const verified = await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", input);
        if (verified.result?.__typename !== "SignedIn") return null;
        await remember(account.email, ["PASSWORD", "TOTP"]);
        return { accountId: account.id, token: verified.result.sessionToken };
      }
      return null;
    };
    const move: Record<string, () => Promise<unknown>> = {
      createContact: async () => {
        const shared = chance() < 0.2 ? (await someContact())?.email : undefined;
        await world.contact(owner, `Client ${below(1e6)}`, shared ?? newEmail());
      },
      updateContact: async () => {
        const contact = await someContact();
        const to = chance() < 0.2 ? null : chance() < 0.5 ? newEmail() : ((await someContact())?.email ?? newEmail());
        const change = chance() < 0.4 ? { name: `Renamed ${below(1e6)}`, organization: "Fields & Co" } : { email: to };
        if (contact)
          await asOwner("updateContact", "UpdateContactInput", "contact { id }", { contactId: contact.id, ...change });
      },
      createAccount: async () => {
        const contact = oneOf((await contacts()).filter(({ portalAccountId, email }) => !portalAccountId && email));
        if (!contact?.email) return;
        const { email } = contact;
        if (!allowsPasswordLogin(await loadPolicy(reader, firm.id))) return;
        await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
        const confirmationToken = await world.mailedToken(email, /Create your account/);
        const input = { confirmationToken, password: CLIENT_PASSWORD };
        const { result } = await world.signIn("createPortalAccount", "CreatePortalAccountInput", input);
        if (result?.__typename === "SignedIn") await remember(email, ["INVITATION"]);
      },
      signIn: enter,
      enroll: async () => {
        const entered = await enter();
        if (!entered || secrets.has(entered.accountId)) return;
        const { secret } = await world.enroll({ token: entered.token });
        secrets.set(entered.accountId, secret);
      },
      disable: async () => {
        const entered = await enter();
        const secret = entered && secrets.get(entered.accountId);
        if (!entered || !secret) return;
        const input = { code: world.freshCode(secret) };
        const done = await world.mutate(
          "disableTwoFactor",
          "CodeInput",
          "twoFactor { enrolledAt }",
          input,
          entered.token,
        );
        if (done.twoFactor) secrets.delete(entered.accountId);
      },
      reset: async () => {
        const contact = await withAccount();
        if (!contact?.portalAccountId) return;
        const input = { contactId: contact.id, reason: "Lost the phone" };
        const done = await asOwner("resetTwoFactor", "ContactReasonInput", "contact { id }", input);
        if (done.contact) secrets.delete(contact.portalAccountId);
      },
      revokeSessions: async () => {
        const contact = await withAccount();
        if (contact)
          await asOwner("revokePortalSessions", "ContactIdInput", "contact { id }", { contactId: contact.id });
      },
      deleteAccount: async () => {
        const contact = await withAccount();
        if (!contact || chance() < 0.5) return;
        const input = { contactId: contact.id, reason: "Left the firm" };
        await asOwner("deletePortalAccount", "ContactReasonInput", "contact { id }", input);
      },
      changeLogin: async () => {
        const contact = await withAccount();
        const email = newEmail();
        if (!contact) return;
        const asked = await asOwner("changeLoginEmail", "ChangeLoginEmailInput", "contact { id }", {
          contactId: contact.id,
          email,
        });
        if (!asked.contact) return;
        const token = await world.mailedToken(email, /Confirm/);
        await world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", { token });
      },
      sendRequest: async () => {
        const contact = oneOf((await contacts()).filter(({ email }) => email !== null));
        if (!contact) return;
        const input = { contactId: contact.id, title: `Papers ${below(1e9)}`, items: ["Payslips"] };
        await asOwner("sendClientRequest", "SendClientRequestInput", "request { id }", input);
      },
      useLink: async () => {
        const requests = await reader.find(ClientRequest, { where: { firmId: firm.id }, order: { id: "ASC" } });
        const request = oneOf(requests);
        if (!request) return;
        const mail = (await world.mails(request.sentTo)).find(({ text }) => text.includes(request.title));
        const token = /#token=([^&]+)/.exec(mail?.links[0] ?? "")?.[1];
        if (token === undefined) return;
        if (chance() < 0.4) return world.mutate("sendAccessLink", "SendAccessLinkInput", "accepted", { token });
        const input = {
          token: decodeURIComponent(token),
          deviceKey: randomBytes(24).toString("base64url"),
          transport: "TOKEN",
        };
        return world.ask(
          "mutation($input: ClaimMagicLinkInput!) { claimMagicLink(input: $input) { result { __typename } } }",
          { input },
        );
      },
      resend: async () => {
        const request = oneOf(await reader.find(ClientRequest, { where: { firmId: firm.id }, order: { id: "ASC" } }));
        if (request)
          await asOwner("resendClientRequest", "RequestIdInput", "request { id }", { requestId: request.id });
      },
      changePolicy: async () => {
        const { version } = await loadPolicy(reader, firm.id);
        const modes = ["MAGIC_LINK_AND_LOGIN", "MAGIC_LINK_AND_LOGIN", "MAGIC_LINK_AND_LOGIN_2FA", "MAGIC_LINK_ONLY"];
        const input = {
          expectedVersion: version,
          mode: oneOf(modes),
          magicLinkRequiresTwoFactor: chance() < 0.3,
          trustedDeviceDays: oneOf([0, 14, 30, 30]),
        };
        await asOwner("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", input);
      },
    };
    const often = [
      "createContact",
      "createAccount",
      "createAccount",
      "signIn",
      "signIn",
      "enroll",
      "sendRequest",
      "useLink",
    ];
    // What chance may leave out: these end something that the report would show.
    owner = await world.ownerToken(firm);
    const { email, contactId, created } = await world.client(firm, owner);
    await remember(email, ["INVITATION"]);
    const accountId = (await reader.findOneBy(PortalAccount, { firmId: firm.id, email }))?.id ?? "";
    const surely: readonly (() => Promise<unknown>)[] = [
      async () =>
        asOwner("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", {
          expectedVersion: (await loadPolicy(reader, firm.id)).version,
          mode: "MAGIC_LINK_AND_LOGIN",
          magicLinkRequiresTwoFactor: false,
          trustedDeviceDays: 30,
        }),
      async () => secrets.set(accountId, (await world.enroll({ token: created.result.sessionToken })).secret),
      async () => {
        const { result } = await world.portalSignIn(firm, email);
        const code = world.freshCode(secrets.get(accountId) ?? "");
        const input = { challengeToken: result.challengeToken, code, trustDevice: true };
        await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", input);
        await remember(email, ["PASSWORD", "TOTP"]);
      },
      () => asOwner("revokePortalSessions", "ContactIdInput", "contact { id }", { contactId }),
      () =>
        asOwner("sendClientRequest", "SendClientRequestInput", "request { id }", {
          contactId,
          title: "Papers",
          items: ["One"],
        }),
      async () => {
        const token = await world.mailedToken(email, /Papers/);
        const input = { token, deviceKey: randomBytes(24).toString("base64url"), transport: "TOKEN" };
        await world.ask(
          "mutation($input: ClaimMagicLinkInput!) { claimMagicLink(input: $input) { result { __typename } } }",
          { input },
        );
      },
      async () => {
        await asOwner("resetTwoFactor", "ContactReasonInput", "contact { id }", {
          contactId,
          reason: "Lost the phone",
        });
        secrets.delete(accountId);
      },
      () => asOwner("updateContact", "UpdateContactInput", "contact { id }", { contactId, email: newEmail() }),
    ];
    for (const act of surely) {
      world.forward({ minutes: 1 });
      await act();
      await afterEach();
    }
    const names = [...Object.keys(move), ...often];
    for (let act = 0; act < acts; act++) {
      world.forward({ minutes: Math.round(((365 * 24 * 60) / acts) * (0.2 + 1.6 * chance())) });
      owner = await world.ownerToken(firm);
      const name = oneOf(names) ?? "";
      await move[name]?.();
      made.set(name, (made.get(name) ?? 0) + 1);
      await afterEach();
    }
    return made;
  }

  it("is, as of any moment of a year of random history, what a snapshot taken then said", async () => {
    const seed = Number(process.env.REPORT_SEED ?? 14);
    const taken: [asOf: number, snapshot: Snapshot][] = [];
    await liveAYear(seed, Number(process.env.REPORT_ACTS ?? 160), async () => {
      taken.push([world.now(), await snapshot()]);
      // What happens next is later, by the clock too.
      world.forward({ seconds: 1 });
    });
    const types = new Set(
      (await world.app.work.reader.findBy(AuditEvent, { firmId: firm.id })).map(({ type }) => type),
    );
    for (const type of [
      "CONTACT_REDIRECTED",
      "DEVICE_TRUSTED",
      "ACCOUNT_DELETED",
      "LOGIN_EMAIL_CHANGED",
      "TWO_FACTOR_RESET",
      "MAGIC_LINK_CLAIMED",
    ])
      expect([...types]).toContain(type);
    for (const [asOf, snapshotThen] of taken) expect(told(await reportOf(asOf))).toEqual(snapshotThen);
  }, 600_000);
});
