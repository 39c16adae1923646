import { randomBytes } from "node:crypto";
import { SoftwarePasskey } from "../software-passkey.js";
import { CLAIM_RESULT, SIGN_IN_RESULT, type Act, type Hand, type Walk } from "./walk.js";

const DEVICE_KEYS = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")] as const;

/** What people do about themselves: clients and colleagues, and strangers who ask for mails. */
export function ownActs(walk: Walk): Record<string, Act> {
  const { chance } = walk;
  const ofPerson =
    (act: (hand: Hand) => Promise<unknown>, prefers: (hand: Hand) => boolean = () => true): Act =>
    async () => {
      const firm = walk.firm();
      const people = walk.hands.filter(({ kind, firm: of }) => of === firm && (kind === "team" || kind === "client"));
      const suited = await walk.open(chance.pick(people.filter(prefers)));
      const hand = (chance.oneIn(5) ? null : suited) ?? (await walk.person(firm));
      if (hand) await act(hand);
    };
  const hasSecret = ({ id }: Hand) => walk.factorsOf(id).secret !== undefined;
  const hasPasskey = ({ id }: Hand) => walk.factorsOf(id).passkeys.length > 0;
  const hasNone = (hand: Hand) => !hasSecret(hand);
  /** Somebody with a second factor signs in, proving it by that mutation. */
  const enter =
    (prefer: string): Act =>
    async () => {
      const firm = walk.firm();
      const where =
        prefer === "verifyPasskey" || prefer === "beginPasskeyVerification"
          ? "passkeys p WHERE p.ownerId ="
          : "totp_credentials p WHERE p.ownerId =";
      const account = await walk.anyAccount(firm, `EXISTS (SELECT 1 FROM ${where} a.id)`);
      const member = await walk.anyMember(firm, `EXISTS (SELECT 1 FROM ${where} m.id)`);
      const by = prefer === "beginPasskeyVerification" ? "verifyPasskey" : prefer;
      if (account && (!member || chance.oneIn(2))) await walk.portalSignIn(firm, account.email, by);
      else if (member) await walk.teamSignIn(firm, member.email, by);
    };
  /** Many wrong codes, until the second factor is locked. */
  const guess = async () => {
    const firm = walk.firm();
    const account = await walk.anyAccount(firm, "t.enrolledAt IS NOT NULL");
    if (!account) return;
    for (let round = 0; round < 3; round++) {
      const input = {
        firmSlug: firm.slug,
        email: account.email,
        password: walk.passwordOf(firm, account.email),
        transport: "TOKEN",
      };
      const answer = await walk.send("portalSignIn", input, SIGN_IN_RESULT);
      const challengeToken = answer?.result?.challengeToken;
      if (challengeToken === undefined) return;
      for (let n = 0; n < 5; n++)
        await walk.send("verifyTwoFactor", { challengeToken, code: "000000", transport: "TOKEN" }, SIGN_IN_RESULT);
    }
  };
  const enroll = async (hand: Hand) => {
    const ask = (input: object) => walk.send("beginTwoFactorEnrollment", input, "enrollment { secret }", hand);
    const isEnrolled = await walk.isEnrolled(hand);
    if (isEnrolled) await walk.fresh(hand);
    let begun = await ask(isEnrolled ? { currentCode: walk.code(hand.id) } : {});
    if (begun?.userErrors[0]?.code === "EMAIL_CODE_REQUIRED")
      begun = await ask({ emailCode: await walk.mailedCode(hand.email) });
    await walk.confirm(begun?.enrollment?.secret, hand, hand.cookies ?? null);
  };
  const account = async () => {
    const firm = walk.firm();
    return { firm, found: await walk.anyAccount(firm) };
  };
  const claim = async () => {
    const firm = walk.firm();
    const request = await walk.any("SELECT * FROM client_requests WHERE firmId = ? ORDER BY id", [firm.id]);
    if (!request) return;
    const token = await walk.mailedToken(request.sentTo, "link");
    const browser = walk.browser();
    const input = {
      token,
      deviceKey: chance.one(DEVICE_KEYS[0], DEVICE_KEYS[0], DEVICE_KEYS[1]),
      transport: browser ? "COOKIE" : "TOKEN",
    };
    const answer = await walk.send("claimMagicLink", input, CLAIM_RESULT, browser ?? undefined);
    const [owner] = await walk.rows(
      "SELECT c.portalAccountId AS id FROM contacts c WHERE c.id = ? AND c.portalAccountId IS NOT NULL",
      [request.contactId],
    );
    const isOpen = answer?.result?.__typename === "SignedIn";
    const who = { firm, email: request.sentTo, id: isOpen ? request.id : (owner?.id ?? "") } as const;
    await walk.go(answer?.result, { kind: "link", ...who }, browser);
  };

  return {
    // Doors.
    teamSignIn: async () => {
      const firm = walk.firm();
      const member = await walk.anyMember(firm);
      if (member) await walk.teamSignIn(firm, member.email);
    },
    chooseFirm: async () => {
      await walk.teamSignIn(walk.firm(), "both@team.example", undefined, true);
    },
    portalSignIn: async () => {
      const { firm, found } = await account();
      if (found) await walk.portalSignIn(firm, found.email);
    },
    verifyTwoFactor: () => (chance.oneIn(6) ? guess() : enter("verifyTwoFactor")()),
    useRecoveryCode: enter("useRecoveryCode"),
    verifyPasskey: enter("verifyPasskey"),
    beginPasskeyVerification: enter("beginPasskeyVerification"),
    claimMagicLink: claim,
    signOut: ofPerson(async (hand) => {
      await walk.send("signOut", null, "__typename", hand);
      walk.drop(hand);
    }),

    // Mails, and what their links do.
    requestPortalAccount: async () => {
      const firm = walk.firm();
      const contact = await walk.anyContact(firm, "email IS NOT NULL");
      if (contact) await walk.send("requestPortalAccount", { firmSlug: firm.slug, email: contact.email }, "accepted");
    },
    createPortalAccount: async () => {
      const firm = walk.firm();
      const contact = await walk.anyContact(firm, "email IS NOT NULL AND portalAccountId IS NULL");
      if (!contact) return;
      const linked = walk.hands.find(({ kind, firm: of }) => kind === "link" && of === firm);
      const browser = walk.browser();
      const password = walk.newPassword();
      const where = { password, transport: browser ? "COOKIE" : "TOKEN" };
      if (linked && chance.oneIn(3)) {
        const input = { password, transport: linked.cookies ? "COOKIE" : "TOKEN" };
        const made = await walk.send("createPortalAccount", input, SIGN_IN_RESULT, linked);
        walk.drop(linked);
        const [owner] = await walk.rows(
          "SELECT id, email FROM portal_accounts WHERE firmId = ? ORDER BY createdAt DESC LIMIT 1",
          [firm.id],
        );
        if (!made?.result) return;
        walk.learnPassword(firm, owner.email, password);
        await walk.go(made.result, { kind: "client", firm, id: owner.id, email: owner.email }, linked.cookies ?? null);
        return;
      }
      await walk.send("requestPortalAccount", { firmSlug: firm.slug, email: contact.email }, "accepted");
      const confirmationToken = await walk.mailedToken(contact.email, "confirm");
      const made = await walk.send(
        "createPortalAccount",
        { confirmationToken, ...where },
        SIGN_IN_RESULT,
        browser ?? undefined,
      );
      if (!made?.result) return;
      walk.learnPassword(firm, contact.email, password);
      const [owner] = await walk.rows("SELECT id FROM portal_accounts WHERE firmId = ? AND email = ?", [
        firm.id,
        contact.email,
      ]);
      await walk.go(made.result, { kind: "client", firm, id: owner?.id ?? "", email: contact.email }, browser);
    },
    sendAccessLink: async () => {
      const request = await walk.any("SELECT * FROM client_requests WHERE firmId = ? ORDER BY id", [walk.firm().id]);
      if (request)
        await walk.send("sendAccessLink", { token: await walk.mailedToken(request.sentTo, "link") }, "accepted");
    },
    requestPasswordReset: async () => {
      const { firm, found } = await account();
      if (found) await walk.send("requestPasswordReset", { firmSlug: firm.slug, email: found.email }, "accepted");
    },
    resetPassword: async () => {
      const { firm, found } = await account();
      if (!found) return;
      await walk.send("requestPasswordReset", { firmSlug: firm.slug, email: found.email }, "accepted");
      const browser = walk.browser();
      const newPassword = walk.newPassword();
      const resetToken = await walk.mailedToken(found.email, "reset");
      const input = { resetToken, newPassword, transport: browser ? "COOKIE" : "TOKEN" };
      const answer = await walk.send("resetPassword", input, SIGN_IN_RESULT, browser ?? undefined);
      if (answer?.result) walk.learnPassword(firm, found.email, newPassword);
      await walk.go(answer?.result, { kind: "client", firm, id: found.id, email: found.email }, browser);
    },
    confirmLoginEmail: async () => {
      const { firm, found } = await account();
      const by = await walk.fresh(await walk.owner(firm));
      if (!found?.contactId || !by) return;
      const email = `c${chance.below(14)}@${firm.slug}.client.example`;
      await walk.send("changeLoginEmail", { contactId: found.contactId, email }, "contact { id }", by);
      const token = await walk.mailedToken(email, "confirm-email");
      const password = walk.passwordOf(firm, found.email);
      const answer = await walk.send("confirmLoginEmail", { token }, "accepted");
      if (answer?.accepted) walk.learnPassword(firm, email, password);
    },
    reportNotMe: async () => {
      const firm = walk.firm();
      const one = chance.oneIn(3) ? await walk.anyMember(firm) : await walk.anyAccount(firm);
      if (one) await walk.send("reportNotMe", { token: await walk.mailedToken(one.email, "not-me") }, "accepted");
    },
    requestTeamPasswordReset: async () => {
      const member = await walk.anyMember(walk.firm());
      if (member) await walk.send("requestTeamPasswordReset", { email: member.email }, "accepted");
    },
    chooseTeamPassword: async () => {
      const firm = walk.firm();
      const member = (await walk.anyMember(firm, "m.joinedAt IS NULL")) ?? (await walk.anyMember(firm));
      if (!member) return;
      if (member.joinedAt !== null) await walk.send("requestTeamPasswordReset", { email: member.email }, "accepted");
      const browser = walk.browser();
      const token = await walk.mailedToken(member.email, "choose-password");
      const password = member.joinedAt === null ? walk.passwordOf(null, member.email) : walk.newPassword();
      const input = { token, password, transport: browser ? "COOKIE" : "TOKEN" };
      const answer = await walk.send("chooseTeamPassword", input, SIGN_IN_RESULT, browser ?? undefined);
      if (answer?.result) walk.learnPassword(null, member.email, password);
      await walk.go(answer?.result, { kind: "team", firm, id: member.id, email: member.email }, browser);
    },

    // Their own security.
    stepUp: ofPerson((hand) => walk.stepUp(hand)),
    changePassword: ofPerson(async (hand) => {
      await walk.fresh(hand);
      const firm = hand.kind === "team" ? null : hand.firm;
      const newPassword = walk.newPassword();
      const input = { currentPassword: walk.typedPassword(firm, hand.email), newPassword };
      const answer = await walk.send("changePassword", input, "session { id }", hand);
      if (answer?.session) walk.learnPassword(firm, hand.email, newPassword);
    }),
    beginTwoFactorEnrollment: ofPerson(enroll, hasNone),
    confirmTwoFactorEnrollment: ofPerson(enroll, (hand) => chance.oneIn(3) || hasNone(hand)),
    disableTwoFactor: ofPerson(async (hand) => {
      await walk.fresh(hand);
      const answer = await walk.send("disableTwoFactor", { code: walk.code(hand.id) }, "twoFactor { enrolled }", hand);
      if (answer?.twoFactor)
        Object.assign(walk.factorsOf(hand.id), { secret: undefined, recoveryCodes: [], passkeys: [] });
    }, hasSecret),
    regenerateRecoveryCodes: ofPerson(async (hand) => {
      await walk.fresh(hand);
      const answer = await walk.send("regenerateRecoveryCodes", { code: walk.code(hand.id) }, "recoveryCodes", hand);
      if (answer?.recoveryCodes) walk.factorsOf(hand.id).recoveryCodes = [...answer.recoveryCodes];
    }, hasSecret),
    beginPasskeyRegistration: ofPerson(async (hand) => {
      await walk.fresh(hand);
      await walk.send("beginPasskeyRegistration", null, "options", hand);
    }, hasSecret),
    addPasskey: ofPerson(async (hand) => {
      await walk.fresh(hand);
      const begun = await walk.send("beginPasskeyRegistration", null, "options", hand);
      if (!begun?.options) return;
      const passkey = new SoftwarePasskey(walk.stage.origin);
      const input = { response: passkey.register(begun.options), name: walk.name("A laptop") };
      const added = await walk.send("addPasskey", input, "passkey { id }", hand);
      if (added?.passkey) walk.factorsOf(hand.id).passkeys.push(passkey);
    }, hasSecret),
    removePasskey: ofPerson(async (hand) => {
      await walk.fresh(hand);
      const passkey = await walk.any("SELECT id FROM passkeys WHERE ownerId = ? ORDER BY id", [hand.id]);
      if (passkey) await walk.send("removePasskey", { passkeyId: passkey.id }, "__typename", hand);
    }, hasPasskey),
    revokeSession: ofPerson(async (hand) => {
      const session = await walk.any("SELECT id FROM sessions WHERE ownerId = ? AND revokedAt IS NULL ORDER BY id", [
        hand.id,
      ]);
      if (session) await walk.send("revokeSession", { sessionId: session.id }, "__typename", hand);
    }),

    signOutEverywhere: ofPerson((hand) => walk.send("signOutEverywhere", null, "endedSessions", hand)),
    revokeTrustedDevice: async () => {
      const firm = walk.firm();
      const device = await walk.any(
        "SELECT d.id FROM trusted_devices d JOIN portal_accounts a ON a.id = d.ownerId WHERE a.firmId = ? ORDER BY d.id",
        [firm.id],
      );
      const hand = chance.oneIn(3) ? await walk.client(firm) : await walk.staff(firm);
      if (hand && device) await walk.send("revokeTrustedDevice", { trustedDeviceId: device.id }, "__typename", hand);
    },

    // In the portal.
    chooseLanguage: async () => {
      const hand = await walk.client(walk.firm());
      if (hand) await walk.send("chooseLanguage", { language: chance.one("EN", "FR") }, "__typename", hand);
    },
    setRequestItemDone: async () => {
      const firm = walk.firm();
      const linked = chance.pick(walk.hands.filter(({ kind, firm: of }) => kind === "link" && of === firm));
      const hand = linked && chance.oneIn(2) ? linked : await walk.client(firm);
      if (!hand) return;
      const item = await walk.any(
        `SELECT i.id FROM client_request_items i JOIN client_requests r ON r.id = i.requestId JOIN contacts c ON c.id = r.contactId
         WHERE ${hand.kind === "link" ? "r.id" : "c.portalAccountId"} = ? ORDER BY i.id`,
        [hand.id],
      );
      if (item) await walk.send("setRequestItemDone", { itemId: item.id, done: !chance.oneIn(3) }, "__typename", hand);
    },
  };
}
