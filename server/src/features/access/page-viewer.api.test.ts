import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Answer } from "../../testing/api.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, OWNER_PASSWORD, World } from "../../testing/world.js";

/**
 * Two tabs of one browser: meanwhile another person has signed in in one of them, so that the other tab's page, loaded
 * for the first person, sends the second one's cookie.
 */
describeOnDatabases("a page that was loaded for somebody else", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  let ann: Person;
  let ben: Person;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    [ann, ben] = [await client(), await client()];
  }, 60_000);
  afterAll(() => world.stop());

  interface Person {
    email: string;
    token: string;
    /** The person's name in the server's response header. */
    viewer: string;
  }
  async function client(): Promise<Person> {
    const { email, created } = await world.client(firm, owner);
    const token = created.result.sessionToken;
    return { email, token, viewer: (await asks("portal", token, null, "{ viewer { __typename } }")).viewer };
  }

  /** What a page sends: the browser's cookie, and for whom the page was loaded. */
  async function asks(
    audience: "team" | "portal",
    token: string,
    loadedFor: string | null,
    query: string,
    variables: object = {},
  ): Promise<Answer & { viewer: string }> {
    const answer = await world.ask(query, variables, undefined, {
      cookie: `gatehouse_${audience}=${token}`,
      origin: world.app.publicUrl,
      "gatehouse-audience": audience,
      ...(loadedFor === null ? {} : { "gatehouse-viewer": loadedFor }),
    });
    return { ...answer, viewer: answer.headers.get("gatehouse-viewer") ?? "" };
  }
  const refused = (answer: Answer) => [answer.status, answer.errors?.[0]?.extensions.code, answer.data];
  const VIEWER_CHANGED = [409, "VIEWER_CHANGED", undefined];
  const isIn = async (audience: "team" | "portal", token: string) =>
    (await asks(audience, token, null, "{ viewer { __typename } }")).data.viewer !== null;

  const clientsActs = {
    signOut: "mutation { signOut { userErrors { code } } }",
    chooseLanguage: "mutation { chooseLanguage(input: { language: FR }) { userErrors { code } } }",
    beginTwoFactorEnrollment: "mutation { beginTwoFactorEnrollment(input: {}) { enrollment { secret } } }",
    requests: "{ viewer { ... on PortalViewer { email requests { nodes { id } } } } }",
  };
  it.each(Object.entries(clientsActs))(
    "X22 a client's tab does nothing in the next client's name: %s",
    async (_, act) => {
      // Twice: the second time the document is known, and takes the fast lane.
      for (let time = 0; time < 2; time++)
        expect(refused(await asks("portal", ben.token, ann.viewer, act))).toEqual(VIEWER_CHANGED);
      expect(await isIn("portal", ben.token)).toBe(true);
      const { data } = await asks(
        "portal",
        ben.token,
        ben.viewer,
        "{ viewer { ... on PortalViewer { email language } } }",
      );
      expect(data.viewer).toEqual({ email: ben.email, language: null });
    },
  );

  it("X22 nor does a tab opened by a magic link: each session of a link counts as a separate viewer", async () => {
    const opened = async () => {
      const { id, email } = await world.contact(owner);
      await world.mutate(
        "sendClientRequest",
        "SendClientRequestInput",
        "request { id }",
        { contactId: id, title: "Papers", items: ["Form T4"] },
        owner,
      );
      const token = await world.mailedToken(email, /Papers/);
      const { result } = await world.mutate(
        "claimMagicLink",
        "ClaimMagicLinkInput",
        "result { ... on SignedIn { sessionToken } }",
        { token, deviceKey: randomUUID(), transport: "TOKEN" },
      );
      return result.sessionToken as string;
    };
    const [first, second] = [await opened(), await opened()];
    const one = await asks("portal", first, null, "{ viewer { __typename } }");
    expect(one.viewer).not.toBe("");
    expect(refused(await asks("portal", second, one.viewer, clientsActs.signOut))).toEqual(VIEWER_CHANGED);
    expect(refused(await asks("portal", ann.token, one.viewer, clientsActs.signOut))).toEqual(VIEWER_CHANGED);
    expect((await asks("portal", first, one.viewer, clientsActs.requests)).errors).toBeUndefined();
  });

  it("X22 a team member's tab does nothing in the next one's name: over HTTP, on a socket, and for the log as a file", async () => {
    const other = await world.firm();
    const next = await world.ownerToken(other);
    const { viewer } = await asks("team", owner, null, "{ viewer { __typename } }");
    const input = { name: "Written in the wrong firm", email: "wrong@client.example" };
    const create =
      "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } userErrors { code } } }";
    expect(refused(await asks("team", next, viewer, create, { input }))).toEqual(VIEWER_CHANGED);
    expect(refused(await asks("team", next, viewer, clientsActs.signOut))).toEqual(VIEWER_CHANGED);
    const { data } = await asks("team", next, null, "{ contacts { totalCount } }");
    expect(data.contacts.totalCount).toBe(0);

    const cookie = `gatehouse_team=${next}`;
    const file = await world.raw({
      path: "/audit-log.csv",
      headers: { cookie, "gatehouse-audience": "team", "gatehouse-viewer": viewer },
    });
    expect([file.status, await file.json()]).toEqual([
      409,
      {
        errors: [
          { message: expect.any(String), extensions: { code: "VIEWER_CHANGED", requestId: expect.any(String) } },
        ],
      },
    ]);

    const listen = (loadedFor: string) =>
      new Promise<unknown>((resolve) => {
        const socket = world.socket(
          undefined,
          { cookie, origin: world.app.publicUrl },
          { connectionParams: { audience: "team", viewer: loadedFor }, on: { connected: () => resolve("connected") } },
        );
        const done = (answer: unknown) => void Promise.resolve(socket.dispose()).then(() => resolve(answer));
        socket.subscribe(
          { query: "subscription { auditEvents { id } }" },
          { next: done, error: done, complete: () => done("complete") },
        );
      });
    expect(await listen(viewer)).toMatchObject({ code: 4403 });
    expect(await listen((await asks("team", next, null, "{ viewer { __typename } }")).viewer)).toBe("connected");
  });

  it("stays the same person's, however often they sign in again, prove themselves or change their credentials", async () => {
    const { email, token, viewer } = await client();
    const again = (await world.portalSignIn(firm, email)).result.sessionToken;
    expect((await asks("portal", again, viewer, clientsActs.requests)).errors).toBeUndefined();
    const member = await asks("team", owner, null, "{ viewer { __typename } }");
    const stepUp = "mutation($input: StepUpInput!) { stepUp(input: $input) { session { id } userErrors { code } } }";
    const proven = await asks("team", owner, member.viewer, stepUp, { input: { password: OWNER_PASSWORD } });
    expect([proven.data.stepUp.userErrors, proven.viewer]).toEqual([[], member.viewer]);
    expect(await isIn("portal", token)).toBe(true);
  });

  it("belongs to whoever signs in from it, from that response on", async () => {
    const signIn = "mutation($input: PortalSignInInput!) { portalSignIn(input: $input) { result { __typename } } }";
    const input = { firmSlug: firm.slug, email: ben.email, password: CLIENT_PASSWORD };
    const signedIn = await asks("portal", ann.token, ann.viewer, signIn, { input });
    expect([signedIn.data.portalSignIn.result.__typename, signedIn.viewer]).toEqual(["SignedIn", ben.viewer]);
    const wrong = await asks("portal", "", null, signIn, { input: { ...input, password: "not the right password" } });
    expect(wrong.viewer).toBe("");
  });

  it("learns that its session is over, if nobody has signed in since; and nothing changes for a request that names no viewer", async () => {
    const { token, viewer } = await client();
    await asks("portal", token, viewer, clientsActs.signOut);
    expect(refused(await asks("portal", token, viewer, clientsActs.chooseLanguage))[1]).toBe("UNAUTHENTICATED");
    expect((await asks("portal", token, viewer, "{ viewer { __typename } }")).data).toEqual({ viewer: null });
    // An API key has no page.
    const key = await world.key(owner, ["CONTACTS_READ"]);
    const { data } = await world.ask("{ contacts { totalCount } }", {}, key, { "gatehouse-viewer": viewer });
    expect(data.contacts.totalCount).toBeGreaterThan(0);
    expect((await world.ask("{ viewer { __typename } }", {}, ben.token)).data.viewer.__typename).toBe("PortalViewer");
  });

  it("dashboard and portal stay separate: a sign-in to one does not change the other's viewer", async () => {
    const member = await asks("team", owner, null, "{ viewer { __typename } }");
    const both = { cookie: `gatehouse_team=${owner}; gatehouse_portal=${ben.token}`, origin: world.app.publicUrl };
    for (const [audience, viewer] of [
      ["team", member.viewer],
      ["portal", ben.viewer],
    ] as const) {
      const headers = { ...both, "gatehouse-audience": audience, "gatehouse-viewer": viewer };
      const answer = await world.ask("{ viewer { __typename } }", {}, undefined, headers);
      expect(answer.data.viewer.__typename).toBe(audience === "team" ? "TeamMember" : "PortalViewer");
    }
  });
});
