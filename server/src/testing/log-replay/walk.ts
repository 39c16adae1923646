import type { GraphQLSchema } from "graphql";
import { totpAt } from "../totp.js";
import type { Data } from "../api.js";
import type { SoftwarePasskey } from "../software-passkey.js";
import { Chance } from "./chance.js";
import type { Stage } from "./stage.js";

export const PASSWORDS = ["a long password of the walk", "another long password of it"] as const;
const WRONG = "a long password that is wrong";
const RESULT = `result { __typename
  ... on SignedIn { sessionToken session { id } }
  ... on TwoFactorRequired { challengeToken methods }
  ... on TwoFactorEnrollmentRequired { enrollmentToken emailCodeRequired } ALSO }`;
const FIRM_CHOICE = "... on FirmChoiceRequired { challengeToken firms { id } }";
export const SIGN_IN_RESULT = RESULT.replace("ALSO", FIRM_CHOICE);
export const CLAIM_RESULT = RESULT.replace("ALSO", "... on AccountRequired { confirmationToken }").replace(
  /\.\.\. on TwoFactorEnrollmentRequired \{[^}]*\}/,
  "",
);

export interface WalkedFirm {
  id: string;
  slug: string;
}
/** Somebody's open session, or a key. */
export interface Hand {
  kind: "team" | "client" | "link" | "key";
  firm: WalkedFirm;
  /** The team member, account or key; of a link, the request. */
  id: string;
  email: string;
  token?: string;
  /** Of a browser. */
  cookies?: Map<string, string>;
}
/** Everything that the walk remembers of somebody's second factors. */
interface Factors {
  secret?: string;
  recoveryCodes: string[];
  passkeys: SoftwarePasskey[];
}

export type Act = () => Promise<unknown>;

/** A random walk through everything that changes anything, by everybody who may, and by some who may not. */
export class Walk {
  readonly hands: Hand[] = [];
  readonly browsers: Map<string, string>[] = [];
  /** How often each mutation was sent, and how often it did what was asked. */
  readonly made = new Map<string, number>();
  readonly done = new Map<string, number>();
  /** Refusals, for whoever looks why something never works. */
  readonly refusals = new Map<string, number>();
  private readonly factors = new Map<string, Factors>();
  private readonly passwords = new Map<string, string>();
  private names = 0;

  constructor(
    readonly stage: Stage,
    readonly schema: GraphQLSchema,
    readonly chance: Chance,
    readonly firms: readonly WalkedFirm[],
  ) {}

  /** A name that nothing else in the walk has. */
  name(of: string): string {
    return `${of}-${++this.names}`;
  }
  firm(): WalkedFirm {
    const [first, ...others] = this.firms;
    if (!first) throw new Error("the walk has no firm");
    return this.chance.one(first, ...others);
  }

  // What it finds in the tables, to have something to act on.
  rows(sql: string, parameters: unknown[] = []): Promise<Data[]> {
    return this.stage.database.query(sql, parameters);
  }
  async any(sql: string, parameters: unknown[] = []): Promise<Data> {
    return this.chance.pick(await this.rows(sql, parameters));
  }
  anyContact(firm: WalkedFirm, where = "1 = 1"): Promise<Data> {
    return this.any(`SELECT * FROM contacts WHERE firmId = ? AND ${where} ORDER BY id`, [firm.id]);
  }
  anyAccount(firm: WalkedFirm, where = "1 = 1"): Promise<Data> {
    return this.any(
      `SELECT a.*, (SELECT MIN(c.id) FROM contacts c WHERE c.portalAccountId = a.id) AS contactId FROM portal_accounts a
       LEFT JOIN two_factor_states t ON t.ownerId = a.id WHERE a.firmId = ? AND ${where} ORDER BY a.id`,
      [firm.id],
    );
  }
  anyMember(firm: WalkedFirm, where = "m.joinedAt IS NOT NULL"): Promise<Data> {
    return this.any(
      `SELECT m.* FROM team_members m LEFT JOIN two_factor_states t ON t.ownerId = m.id
       WHERE m.firmId = ? AND m.disabledAt IS NULL AND ${where} ORDER BY m.id`,
      [firm.id],
    );
  }

  // What it knows.
  factorsOf(id: string): Factors {
    const known = this.factors.get(id) ?? { recoveryCodes: [], passkeys: [] };
    this.factors.set(id, known);
    return known;
  }
  passwordOf(firm: WalkedFirm | null, email: string): string {
    return this.passwords.get(`${firm?.id ?? ""} ${email}`) ?? PASSWORDS[0];
  }
  /** Without a firm: the team's, in every team. */
  learnPassword(firm: WalkedFirm | null, email: string, password: string): void {
    this.passwords.set(`${firm?.id ?? ""} ${email}`, password);
  }
  typedPassword(firm: WalkedFirm | null, email: string): string {
    return this.chance.oneIn(15) ? WRONG : this.passwordOf(firm, email);
  }
  newPassword(): string {
    return this.chance.one(...PASSWORDS);
  }
  /** A code that was not used yet; now and then a wrong one. */
  code(id: string): string {
    const { secret } = this.factorsOf(id);
    this.stage.forward(31);
    return secret === undefined || this.chance.oneIn(15) ? "000000" : totpAt(secret, this.stage.api.now());
  }

  /** Sends a mutation; null if nobody answered, or with a top-level error. */
  async send(name: string, input: object | null, selection = "", by?: Hand | Map<string, string>): Promise<Data> {
    const field = this.schema.getMutationType()?.getFields()[name];
    if (!field) throw new Error(`the schema has no ${name}`);
    this.count(this.made, name);
    const type = field.args[0]?.type.toString();
    const call = type === undefined ? name : `${name}(input: $input)`;
    const query = `mutation${type === undefined ? "" : `($input: ${type})`} { ${call} { ${selection} userErrors { code field } } }`;
    const hand = by instanceof Map ? undefined : by;
    const cookies = by instanceof Map ? by : by?.cookies;
    const answer = await this.stage.api
      .ask(query, { input }, hand?.token, cookies ? this.browserHeaders(cookies, hand) : {})
      // A killed server answers nothing.
      .catch(() => null);
    if (answer && cookies) keepCookies(cookies, answer.headers);
    const payload = answer?.data?.[name] ?? null;
    const codes: string[] = answer?.errors
      ? answer.errors.map(({ extensions, message }) => `${extensions.code} ${message}`)
      : (payload?.userErrors ?? []).map(({ code, field: at }: Data) => `${code} ${at ?? ""}`);
    if (payload && codes.length === 0) this.count(this.done, name);
    for (const code of codes) this.count(this.refusals, `${name}: ${code}`);
    if (hand && codes.some((code) => code.startsWith("UNAUTHENTICATED"))) this.drop(hand);
    return payload;
  }
  private browserHeaders(cookies: Map<string, string>, hand: Hand | undefined): Record<string, string> {
    return {
      origin: this.stage.origin,
      cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join("; "),
      ...(hand && { "gatehouse-audience": hand.kind === "team" ? "TEAM" : "PORTAL" }),
      ...(hand && hand.kind !== "team" && { "gatehouse-firm": hand.firm.slug }),
    };
  }
  private count(counts: Map<string, number>, name: string): void {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  drop(hand: Hand): void {
    const place = this.hands.indexOf(hand);
    if (place >= 0) this.hands.splice(place, 1);
  }

  // Mails.
  async mails(to: string): Promise<{ subject: string; text: string; links: string[] }[]> {
    await this.settled();
    const answer = await this.stage.api
      .raw({ path: `/mailbox.json?to=${encodeURIComponent(to)}` })
      .then((response) => response.json() as Promise<{ subject: string; text: string; links: string[] }[]>)
      .catch(() => []);
    return answer;
  }
  /** The newest link to that page in a mail to the address; "" if there is none. */
  async mailedToken(to: string, page: string): Promise<string> {
    const links = (await this.mails(to))
      .flatMap((mail) => mail.links)
      .filter((link) => link.includes(`/${page}#token=`));
    const link = this.chance.oneIn(15) ? this.chance.pick(links) : links[0];
    return decodeURIComponent(/#token=([^&]+)/.exec(link ?? "")?.[1] ?? "");
  }
  async mailedCode(to: string): Promise<string> {
    const codes = (await this.mails(to))
      .filter(({ subject }) => /code/i.test(subject))
      .flatMap(({ text }) => text.match(/\b\d{6}\b/) ?? []);
    return this.chance.oneIn(15) ? "000000" : (codes[0] ?? "000000");
  }
  /** Until requests by strangers for mails are processed. */
  private async settled(): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      const [waiting] = await this.rows(
        "SELECT (SELECT COUNT(*) FROM portal_mail_requests) + (SELECT COUNT(*) FROM team_mail_requests) AS n",
      );
      if (Number(waiting.n) === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  // Doors.
  private transport(browser: Map<string, string> | null): { transport: "COOKIE" | "TOKEN" } {
    return { transport: browser ? "COOKIE" : "TOKEN" };
  }
  /** A browser, perhaps a known one; null: a program that takes tokens. */
  browser(): Map<string, string> | null {
    if (this.chance.oneIn(2)) return null;
    const known = this.chance.oneIn(3) ? undefined : this.chance.pick(this.browsers);
    const browser = known ?? new Map<string, string>();
    if (!known && this.browsers.length < 8) this.browsers.push(browser);
    return browser;
  }
  async portalSignIn(firm: WalkedFirm, email: string, prefer?: string): Promise<Hand | null> {
    const browser = this.browser();
    const input = { firmSlug: firm.slug, email, password: this.typedPassword(firm, email), ...this.transport(browser) };
    const answer = await this.send("portalSignIn", input, SIGN_IN_RESULT, browser ?? undefined);
    const [account] = await this.rows("SELECT id FROM portal_accounts WHERE firmId = ? AND email = ?", [
      firm.id,
      email,
    ]);
    return this.go(answer?.result, { kind: "client", firm, id: account?.id ?? "", email }, browser, prefer);
  }
  async teamSignIn(firm: WalkedFirm, email: string, prefer?: string, asksFirm = false): Promise<Hand | null> {
    const browser = this.browser();
    const slug = asksFirm ? {} : { firmSlug: firm.slug };
    const input = { email, password: this.typedPassword(null, email), ...slug, ...this.transport(browser) };
    const answer = await this.send("teamSignIn", input, SIGN_IN_RESULT, browser ?? undefined);
    return this.go(answer?.result, await this.member(firm, email), browser, prefer);
  }
  async member(firm: WalkedFirm, email: string): Promise<Omit<Hand, "token" | "cookies">> {
    const [row] = await this.rows("SELECT id FROM team_members WHERE firmId = ? AND email = ?", [firm.id, email]);
    return { kind: "team", firm, id: row?.id ?? "", email };
  }

  /** Goes on from what a door answered, to a session if it can. `prefer`: by which mutation the code is given. */
  async go(
    result: Data,
    who: Omit<Hand, "token" | "cookies">,
    browser: Map<string, string> | null,
    prefer?: string,
  ): Promise<Hand | null> {
    switch (result?.__typename) {
      case "SignedIn": {
        const hand: Hand = browser ? { ...who, cookies: browser } : { ...who, token: result.sessionToken };
        // A browser is signed in once at each firm.
        if (browser)
          for (const other of this.hands.filter(
            ({ cookies, kind, firm }) => cookies === browser && kind === who.kind && firm === who.firm,
          ))
            this.drop(other);
        this.hands.push(hand);
        if (this.hands.length > 60) this.hands.shift();
        return hand;
      }
      case "FirmChoiceRequired": {
        const firmId = this.chance.pick<Data>(result.firms)?.id;
        const firm = this.firms.find(({ id }) => id === firmId) ?? who.firm;
        const input = { challengeToken: result.challengeToken, firmId, ...this.transport(browser) };
        const answer = await this.send("chooseFirm", input, SIGN_IN_RESULT, browser ?? undefined);
        return this.go(answer?.result, await this.member(firm, who.email), browser, prefer);
      }
      case "TwoFactorRequired":
        return this.proveSecond(result, who, browser, prefer);
      case "TwoFactorEnrollmentRequired": {
        const { enrollmentToken, emailCodeRequired } = result;
        const proof = emailCodeRequired ? { emailCode: await this.mailedCode(who.email) } : {};
        const begun = await this.send(
          "beginTwoFactorEnrollment",
          { enrollmentToken, ...proof },
          "enrollment { secret }",
        );
        return this.confirm(begun?.enrollment?.secret, who, browser, enrollmentToken);
      }
      case "AccountRequired": {
        const password = this.newPassword();
        const input = { confirmationToken: result.confirmationToken, password, ...this.transport(browser) };
        const answer = await this.send("createPortalAccount", input, SIGN_IN_RESULT, browser ?? undefined);
        return null === (answer?.result ?? null) ? null : this.go(answer.result, who, browser, prefer);
      }
      default:
        return null;
    }
  }

  private async proveSecond(
    { challengeToken, methods }: Data,
    who: Omit<Hand, "token" | "cookies">,
    browser: Map<string, string> | null,
    prefer = this.chance.one("verifyTwoFactor", "verifyTwoFactor", "useRecoveryCode", "verifyPasskey"),
  ): Promise<Hand | null> {
    const { recoveryCodes, passkeys } = this.factorsOf(who.id);
    const trust = { trustDevice: this.chance.oneIn(2) };
    const where = { challengeToken, ...this.transport(browser) };
    let answer: Data = null;
    if (prefer === "verifyPasskey" && methods?.includes("PASSKEY") && passkeys.length > 0) {
      const begun = await this.send("beginPasskeyVerification", { challengeToken }, "options");
      if (!begun?.options) return null;
      const response = this.chance.pick(passkeys)?.prove(begun.options);
      answer = await this.send("verifyPasskey", { ...where, ...trust, response }, SIGN_IN_RESULT, browser ?? undefined);
    } else if (prefer === "useRecoveryCode" && recoveryCodes.length > 0) {
      const input = { ...where, code: this.chance.oneIn(10) ? "AAAA-AAAA-AAAA-AAAA" : recoveryCodes.pop() };
      answer = await this.send("useRecoveryCode", input, SIGN_IN_RESULT, browser ?? undefined);
    } else {
      const input = { ...where, ...trust, code: this.code(who.id) };
      answer = await this.send("verifyTwoFactor", input, SIGN_IN_RESULT, browser ?? undefined);
    }
    return this.go(answer?.result, who, browser);
  }

  /** Confirms a new authenticator, by the token of a sign-in or in a session. */
  async confirm(
    secret: string | undefined,
    who: Hand | Omit<Hand, "token" | "cookies">,
    browser: Map<string, string> | null,
    enrollmentToken?: string,
  ): Promise<Hand | null> {
    if (secret === undefined) return null;
    this.stage.forward(31);
    const code = this.chance.oneIn(15) ? "000000" : totpAt(secret, this.stage.api.now());
    const input = { code, enrollmentToken, ...this.transport(browser) };
    const by = enrollmentToken === undefined ? who : (browser ?? undefined);
    const answer = await this.send(
      "confirmTwoFactorEnrollment",
      input,
      "recoveryCodes signedIn { __typename sessionToken session { id } }",
      by,
    );
    if (!answer?.recoveryCodes) return null;
    Object.assign(this.factorsOf(who.id), { secret, recoveryCodes: [...answer.recoveryCodes] });
    return this.go(answer.signedIn, who, browser);
  }

  // People.
  /** The hand if it still opens anything; otherwise it is dropped, but now and then tried nevertheless. */
  async open(hand: Hand | undefined): Promise<Hand | null> {
    if (!hand || this.chance.oneIn(12)) return hand ?? null;
    const headers = hand.cookies ? this.browserHeaders(hand.cookies, hand) : {};
    const answer = await this.stage.api.ask("{ viewer { __typename } }", {}, hand.token, headers).catch(() => null);
    if (answer?.data?.viewer) return hand;
    if (answer) this.drop(hand);
    return null;
  }
  /** Somebody of the team who may do anything there. */
  async owner(firm: WalkedFirm): Promise<Hand | null> {
    const known = this.hands.filter(({ kind, firm: of }) => kind === "team" && of === firm);
    const ids = await this.rows(
      "SELECT id, email FROM team_members WHERE firmId = ? AND role = 'OWNER' AND joinedAt IS NOT NULL AND disabledAt IS NULL",
      [firm.id],
    );
    const hand = await this.open(this.chance.pick(known.filter(({ id }) => ids.some((row) => row.id === id))));
    if (hand && !this.chance.oneIn(8)) return hand;
    const one = this.chance.pick(ids);
    const signedIn = one && (await this.teamSignIn(firm, one.email));
    if (signedIn) return signedIn;
    // Nobody is left who could: the operator helps.
    if (!this.chance.oneIn(4)) return hand ?? null;
    const email = `${this.name("owner")}@team.example`;
    await this.command(() =>
      this.stage.commands.addMember({
        slug: firm.slug,
        name: "An Owner",
        email,
        role: "OWNER",
        password: PASSWORDS[0],
      }),
    );
    return this.teamSignIn(firm, email);
  }
  /** An owner, somebody else of the team or a key. */
  async staff(firm: WalkedFirm): Promise<Hand | null> {
    const others = this.hands.filter(({ kind, firm: of }) => of === firm && (kind === "team" || kind === "key"));
    return (this.chance.oneIn(4) ? await this.open(this.chance.pick(others)) : null) ?? this.owner(firm);
  }
  /** A client with a session of the account. */
  async client(firm: WalkedFirm): Promise<Hand | null> {
    const hands = this.hands.filter((hand) => hand.kind === "client" && hand.firm === firm);
    const known = await this.open(this.chance.pick(hands));
    if (known && !this.chance.oneIn(5)) return known;
    const account = await this.anyAccount(firm);
    return account ? this.portalSignIn(firm, account.email) : null;
  }
  person(firm: WalkedFirm): Promise<Hand | null> {
    return this.chance.oneIn(3) ? this.owner(firm) : this.client(firm);
  }
  async isEnrolled({ id }: Pick<Hand, "id">): Promise<boolean> {
    const [state] = await this.rows("SELECT enrolledAt FROM two_factor_states WHERE ownerId = ?", [id]);
    return state?.enrolledAt != null;
  }
  /** Proves who they are again; now and then they do not care, or get it wrong. */
  async fresh(hand: Hand | null): Promise<Hand | null> {
    if (!hand || hand.kind === "key" || hand.kind === "link" || this.chance.oneIn(10)) return hand;
    await this.stepUp(hand);
    return hand;
  }
  async stepUp(hand: Hand): Promise<void> {
    const password = this.typedPassword(hand.kind === "team" ? null : hand.firm, hand.email);
    const { passkeys } = this.factorsOf(hand.id);
    if (passkeys.length > 0 && this.chance.oneIn(3)) {
      const begun = await this.send("beginPasskeyVerification", {}, "options", hand);
      const passkeyResponse = begun?.options ? this.chance.pick(passkeys)?.prove(begun.options) : undefined;
      await this.send("stepUp", { password, passkeyResponse }, "session { id }", hand);
      return;
    }
    const code = (await this.isEnrolled(hand)) ? this.code(hand.id) : undefined;
    await this.send("stepUp", { password, code }, "session { id }", hand);
  }

  /** Does what the operator's command does; what it refuses is refused. */
  async command(run: () => Promise<unknown>): Promise<void> {
    await run().catch((error: unknown) => {
      if (!(error instanceof Error) || !/CommandError|Refusal/.test(error.constructor.name)) throw error;
    });
  }
}

function keepCookies(cookies: Map<string, string>, headers: Headers): void {
  for (const header of headers.getSetCookie()) {
    const [pair = ""] = header.split(";");
    const place = pair.indexOf("=");
    const value = pair.slice(place + 1);
    if (value === "" || /max-age=0/i.test(header)) cookies.delete(pair.slice(0, place));
    else cookies.set(pair.slice(0, place), value);
  }
}
