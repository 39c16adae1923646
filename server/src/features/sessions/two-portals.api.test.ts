import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { counts } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, OWNER_PASSWORD, World, type Answer, type Data } from "../../testing/world.js";

const WHO =
  "{ viewer { __typename ... on PortalViewer { email firm { slug } session { id } } ... on TeamMember { email } } }";
const SIGN_OUT = "mutation { signOut { userErrors { code } } }";
const CHOOSE = "mutation { chooseLanguage(input: { language: FR }) { language userErrors { code } } }";
const RESULT =
  "result { __typename ... on SignedIn { session { id } } ... on TwoFactorRequired { challengeToken } } userErrors { code }";

/** A client of two firms, with an account at each, in one browser: a tab for each firm. */
describeOnDatabases("one browser at two firms' portals", (database) => {
  let world: World;
  let harbor: Place;
  let solo: Place;
  beforeAll(async () => {
    world = await World.start(database.url());
    [harbor, solo] = [await place(), await place()];
  }, 60_000);
  afterAll(() => world.stop());

  /** A firm and a client of it. */
  interface Place {
    id: string;
    slug: string;
    owner: string;
    /** The owner's token. */
    token: string;
    email: string;
    contactId: string;
  }
  async function place(): Promise<Place> {
    const firm = await world.firm();
    const token = await world.ownerToken(firm);
    const { email, contactId } = await world.client(firm, token);
    return { ...firm, token, email, contactId };
  }

  /** A browser's cookies, as the server sets them. */
  class Browser {
    constructor(readonly cookies = new Map<string, string>()) {}

    get header(): string {
      return [...this.cookies].map((pair) => pair.join("=")).join("; ");
    }
    /** What a page of that firm's portal sends; null: a page loaded from a version that knew one session. */
    async send(firm: string | null, query: string, variables: object = {}, more: Record<string, string> = {}) {
      const answer = await world.ask(query, variables, undefined, {
        cookie: this.header,
        origin: world.app.publicUrl,
        "gatehouse-audience": "portal",
        ...(firm === null ? {} : { "gatehouse-firm": firm }),
        ...more,
      });
      for (const header of answer.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
        if (header.includes("; Max-Age=0")) this.cookies.delete(name);
        else this.cookies.set(name, value);
      }
      return answer;
    }
    async mutate(firm: string | null, name: string, type: string, input: object, selection = RESULT): Promise<Data> {
      const query = `mutation($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
      return (await this.send(firm, query, { input })).data[name];
    }
    async signIn(at: Place, from: string | null = at.slug): Promise<Data> {
      const input = { firmSlug: at.slug, email: at.email, password: CLIENT_PASSWORD };
      return (await this.mutate(from, "portalSignIn", "PortalSignInInput", input)).result;
    }
    /** The address of whoever is signed in, as a page of that firm sees it. */
    async who(firm: string | null): Promise<string | null> {
      return (await this.send(firm, WHO)).data.viewer?.email ?? null;
    }
    own(at: Place): string | undefined {
      return this.cookies.get(`gatehouse_portal_${at.slug}`);
    }
  }
  const both = async () => {
    const browser = new Browser();
    for (const at of [harbor, solo]) expect((await browser.signIn(at)).__typename).toBe("SignedIn");
    return browser;
  };
  const tokenOf = async (at: Place): Promise<string> => (await world.portalSignIn(at, at.email)).result.sessionToken;

  it("X69 keeps both sessions, and shows each firm's page its own only", async () => {
    const browser = await both();
    for (const at of [harbor, solo, harbor]) {
      const { data, headers } = await browser.send(at.slug, WHO);
      expect([data.viewer.email, data.viewer.firm.slug]).toEqual([at.email, at.slug]);
      // Nothing in the answer is the other one's, not even whose page it is.
      const other = at === harbor ? solo : harbor;
      const viewer = headers.get("gatehouse-viewer") ?? "";
      const theirs = await browser.send(other.slug, WHO);
      expect([viewer === "", theirs.headers.get("gatehouse-viewer") === viewer]).toEqual([false, false]);
      expect(JSON.stringify(data)).not.toContain(other.email);
      expect((await browser.send(at.slug, CHOOSE, {}, { "gatehouse-viewer": viewer })).status).toBe(200);
    }
    expect(await browser.who(harbor.slug.toUpperCase())).toBe(harbor.email);
  });

  it("X69 signing out at one firm leaves the other, in either order", async () => {
    for (const [left, stays] of [
      [harbor, solo],
      [solo, harbor],
    ] as const) {
      const browser = await both();
      const ended = browser.own(left);
      await browser.send(left.slug, SIGN_OUT);
      expect([await browser.who(left.slug), await browser.who(stays.slug)]).toEqual([null, stays.email]);
      expect([...browser.cookies.values()]).not.toContain(ended);
      expect((await world.ask(WHO, {}, ended)).data.viewer).toBeNull();
      await browser.send(stays.slug, SIGN_OUT);
      expect([...browser.cookies.keys()].filter((name) => name.startsWith("gatehouse_portal"))).toEqual([]);
    }
  });

  it("X69 ending an account's sessions ends that firm's only: by the firm, by its client, and by the time", async () => {
    const browser = await both();
    await world.mutate(
      "revokePortalSessions",
      "ContactIdInput",
      "contact { id }",
      { contactId: harbor.contactId },
      harbor.token,
    );
    expect([await browser.who(harbor.slug), await browser.who(solo.slug)]).toEqual([null, solo.email]);
    await browser.signIn(harbor);
    const { session } = (await browser.send(harbor.slug, WHO)).data.viewer;
    const revoke = (from: Place) =>
      browser.mutate(
        from.slug,
        "revokeSession",
        "RevokeSessionInput",
        { sessionId: session.id },
        "userErrors { code }",
      );
    expect((await revoke(solo)).userErrors).toEqual([{ code: "NOT_FOUND" }]);
    expect((await revoke(harbor)).userErrors).toEqual([]);
    expect([await browser.who(harbor.slug), await browser.who(solo.slug)]).toEqual([null, solo.email]);
    await browser.signIn(harbor);
    world.forward({ minutes: 20 });
    expect(await browser.who(solo.slug)).toBe(solo.email);
    world.forward({ minutes: 20 });
    expect([await browser.who(harbor.slug), await browser.who(solo.slug)]).toEqual([null, solo.email]);
    [harbor.token, solo.token] = [await world.ownerToken(harbor), await world.ownerToken(solo)];
  });

  it("X69 a proof at one firm gives that firm's session a new value and leaves the other's", async () => {
    const browser = await both();
    const before = [browser.own(harbor), browser.own(solo)];
    const input = { password: CLIENT_PASSWORD };
    const proven = await browser.mutate(harbor.slug, "stepUp", "StepUpInput", input, "userErrors { code }");
    expect(proven.userErrors).toEqual([]);
    expect([browser.own(harbor) === before[0], browser.own(solo) === before[1]]).toEqual([false, true]);
    const old = new Browser(new Map([[`gatehouse_portal_${harbor.slug}`, before[0] ?? ""]]));
    expect(await old.who(harbor.slug)).toBeNull();
    expect([await browser.who(harbor.slug), await browser.who(solo.slug)]).toEqual([harbor.email, solo.email]);
  });

  it("X69 opens one firm's magic link while signed in at the other, and beside the team's dashboard", async () => {
    const browser = new Browser();
    await browser.signIn(solo);
    const input = { contactId: harbor.contactId, title: "Papers", items: ["Form T4"] };
    await world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", input, harbor.token);
    const token = await world.mailedToken(harbor.email, /Papers/);
    const claimed = await browser.mutate(harbor.slug, "claimMagicLink", "ClaimMagicLinkInput", {
      token,
      deviceKey: "d".repeat(64),
    });
    expect(claimed.result.__typename).toBe("SignedIn");
    const query = `mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { ${RESULT} } }`;
    const team = { "gatehouse-audience": "team" };
    await browser.send(null, query, { input: { email: solo.owner, password: OWNER_PASSWORD } }, team);
    expect([
      await browser.who(harbor.slug),
      await browser.who(solo.slug),
      (await browser.send(null, WHO, {}, team)).data.viewer.email,
    ]).toEqual([harbor.email, solo.email, solo.owner]);
    await browser.send(null, SIGN_OUT, {}, team);
    expect([await browser.who(harbor.slug), await browser.who(solo.slug)]).toEqual([harbor.email, solo.email]);
  });

  const answered = ({ status, data, errors }: Answer) => [
    status,
    data,
    errors?.map(({ message, extensions }) => [message, extensions.code]),
  ];
  it("X69 a page of one firm with only another firm's cookie is answered as if the browser had none", async () => {
    const [mine, theirs] = [await tokenOf(harbor), await tokenOf(solo)];
    const team = await world.ownerToken(harbor);
    const nobody = new Browser();
    const own = `gatehouse_portal_${harbor.slug}`;
    const others = `gatehouse_portal_${solo.slug}`;
    const browsers: [what: string, firm: string, cookies: [string, string][]][] = [
      [
        "the other firm's own and shared cookies",
        harbor.slug,
        [
          [others, theirs],
          ["gatehouse_portal", theirs],
        ],
      ],
      ["the shared cookie alone", harbor.slug, [["gatehouse_portal", theirs]]],
      ["the other firm's session under this firm's name", harbor.slug, [[own, theirs]]],
      ["a team member's session under this firm's name", harbor.slug, [[own, team]]],
      ["a team member's session in the shared cookie", harbor.slug, [["gatehouse_portal", team]]],
      [
        "its own, for a firm that does not exist",
        "no-such-firm",
        [
          [own, mine],
          ["gatehouse_portal", mine],
        ],
      ],
      [
        "its own, for two firms",
        `${harbor.slug}, ${solo.slug}`,
        [
          [own, mine],
          ["gatehouse_portal", mine],
        ],
      ],
      [
        "its own, for a name without letters",
        "",
        [
          [own, mine],
          ["gatehouse_portal", mine],
        ],
      ],
      [
        "its own, for a name that no firm can have",
        "__proto__",
        [
          [own, mine],
          ["gatehouse_portal", mine],
        ],
      ],
      ["a cookie named after nothing", harbor.slug, [["gatehouse_portal_", mine]]],
      ["an API key", harbor.slug, [[own, await world.key(team, ["CONTACTS_READ"])]]],
    ];
    for (const [what, firm, cookies] of browsers)
      for (const document of [WHO, CHOOSE, SIGN_OUT]) {
        const browser = new Browser(new Map(cookies));
        const answer = await browser.send(firm, document);
        expect([what, document, answered(answer)]).toEqual([
          what,
          document,
          answered(await nobody.send(firm, document)),
        ]);
        expect([what, answer.headers.get("gatehouse-viewer"), answer.headers.getSetCookie()]).toEqual([what, null, []]);
      }
    for (const token of [mine, theirs, team]) expect((await world.ask(WHO, {}, token)).data.viewer).not.toBeNull();
  });

  it("X69 many cookies, and several of one name: no other firm's session counts, and a sign-in drops the oldest", async () => {
    const shaped = (n: number) => `gps_${String(n).padStart(43, "0")}`;
    const planted = Array.from({ length: 60 }, (_, n): [string, string] => [
      `gatehouse_portal_planted-${n}`,
      shaped(n),
    ]);
    const browser = new Browser(new Map([...planted, ["gatehouse_portal_x", "not a session"]]));
    await browser.signIn(harbor);
    expect(await browser.who(harbor.slug)).toBe(harbor.email);
    const kept = [...browser.cookies].filter(([name, value]) => /_portal_/.test(name) && value.startsWith("gps_"));
    expect(kept.map(([name]) => name)).toEqual([
      ...planted.slice(1 - counts.firmsPerBrowser).map(([name]) => name),
      `gatehouse_portal_${harbor.slug}`,
    ]);
    // The first of two counts, as everywhere; neither makes another firm's session this one's.
    const [mine, theirs] = [await tokenOf(harbor), await tokenOf(solo)];
    const name = `gatehouse_portal_${harbor.slug}`;
    const who = async (cookie: string) =>
      (await new Browser().send(harbor.slug, WHO, {}, { cookie })).data.viewer?.email ?? null;
    expect([await who(`${name}=${mine}; ${name}=${theirs}`), await who(`${name}=${theirs}; ${name}=${mine}`)]).toEqual([
      harbor.email,
      null,
    ]);
  });

  it("X69 the update to this version signs nobody out: a page of before it, its cookie, and a server of before it", async () => {
    // Signed in before the update: one cookie, and a page that does not name its firm.
    const browser = new Browser(new Map([["gatehouse_portal", await tokenOf(harbor)]]));
    expect(await browser.who(harbor.slug)).toBe(harbor.email);
    const page = new Browser(new Map([["gatehouse_portal", await tokenOf(harbor)]]));
    expect(await page.who(null)).toBe(harbor.email);
    // From its first request on, the session outlives a sign-in elsewhere.
    for (const one of [browser, page]) {
      expect(one.own(harbor)).toBe(one.cookies.get("gatehouse_portal"));
      await one.signIn(solo);
      expect([await one.who(harbor.slug), await one.who(solo.slug), await one.who(null)]).toEqual([
        harbor.email,
        solo.email,
        solo.email,
      ]);
    }
    // A server of before the update knows the shared cookie only: it reads what this one sets,
    const mixed = new Browser();
    await mixed.signIn(harbor);
    expect(
      await new Browser(new Map([["gatehouse_portal", mixed.cookies.get("gatehouse_portal") ?? ""]])).who(null),
    ).toBe(harbor.email);
    // and this one reads what that one has set since.
    const renewed = await tokenOf(harbor);
    await mixed.send(harbor.slug, SIGN_OUT, {}, { cookie: `gatehouse_portal=${mixed.own(harbor)}` });
    mixed.cookies.set(`gatehouse_portal_${harbor.slug}`, `gps_${"0".repeat(43)}`);
    mixed.cookies.set("gatehouse_portal", renewed);
    expect([await mixed.who(harbor.slug), mixed.own(harbor)]).toEqual([harbor.email, renewed]);
  });

  it("X69 a socket's page chooses in the same way", async () => {
    const browser = await both();
    const code = (parameters: object, cookie = browser.header) =>
      new Promise<unknown>((resolve) => {
        const socket = world.socket(
          undefined,
          { cookie, origin: world.app.publicUrl },
          { connectionParams: { audience: "portal", ...parameters } },
        );
        const done = (answer: { code?: number; errors?: readonly { extensions: Data }[] }) =>
          void Promise.resolve(socket.dispose()).then(() =>
            resolve(answer.code ?? answer.errors?.[0]?.extensions.code),
          );
        socket.subscribe(
          { query: "subscription { auditEvents { id } }" },
          { next: (answer) => done(answer as Data), error: (answer) => done(answer as Data), complete: () => done({}) },
        );
      });
    const nobodys = await code({ firm: harbor.slug }, "");
    const onlySolo = `gatehouse_portal_${solo.slug}=${browser.own(solo)}; gatehouse_portal=${browser.own(solo)}`;
    expect(await code({ firm: harbor.slug }, onlySolo)).toBe(nobodys);
    expect(await code({ firm: 7 })).toBe(nobodys);
    const viewerAt = async (at: Place) => (await browser.send(at.slug, WHO)).headers.get("gatehouse-viewer");
    const refused = await code({ firm: harbor.slug });
    expect([nobodys, refused]).toEqual([4403, "FORBIDDEN"]);
    expect(await code({ firm: harbor.slug, viewer: await viewerAt(harbor) })).toBe(refused);
    expect(await code({ firm: harbor.slug, viewer: await viewerAt(solo) })).toBe(4403);
  });

  it("X69 the log as a file is nobody's business on a portal's page, whichever firm it names", async () => {
    const browser = await both();
    const status = async (firm: string, cookie = browser.header) =>
      (
        await world.raw({
          path: "/audit-log.csv",
          headers: { cookie, "gatehouse-audience": "portal", "gatehouse-firm": firm },
        })
      ).status;
    expect([await status(harbor.slug), await status("no-such-firm")]).toEqual([403, 401]);
  });

  it("a device that a client trusts at one firm stays trusted when they trust it at the other", async () => {
    const browser = new Browser();
    const trusting: { at: Place; secret: string }[] = [];
    for (const at of [await place(), await place()]) {
      const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, at.token);
      const policy = { trustedDeviceDays: 14, expectedVersion: data.firm.securityPolicy.version };
      const changedPolicy = await world.mutate(
        "updateSecurityPolicy",
        "UpdateSecurityPolicyInput",
        "firm { id }",
        policy,
        at.token,
      );
      expect(changedPolicy.userErrors).toEqual([]);
      const { secret } = await world.enroll({ token: await tokenOf(at) });
      trusting.push({ at, secret });
    }
    const prove = async ({ at, secret }: (typeof trusting)[number], challengeToken: string) =>
      browser.mutate(at.slug, "verifyTwoFactor", "VerifyTwoFactorInput", {
        challengeToken,
        code: world.freshCode(secret),
        trustDevice: true,
      });
    for (const one of trusting) {
      const { challengeToken } = await browser.signIn(one.at);
      expect((await prove(one, challengeToken)).userErrors).toEqual([]);
      await browser.send(one.at.slug, SIGN_OUT);
    }
    for (const { at } of trusting) expect((await browser.signIn(at)).__typename).toBe("SignedIn");
    // A thief of one firm's cookie is trusted at that firm only.
    const [first, second] = trusting as [(typeof trusting)[number], (typeof trusting)[number]];
    const stolen = browser.cookies.get(`gatehouse_device_${first.at.slug}`) ?? "";
    const thief = new Browser(
      new Map([
        [`gatehouse_device_${second.at.slug}`, stolen],
        ["gatehouse_device", stolen],
      ]),
    );
    expect((await thief.signIn(second.at)).__typename).toBe("TwoFactorRequired");
    expect((await thief.signIn(first.at)).__typename).toBe("SignedIn");
  });
});
