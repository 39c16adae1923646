import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { attemptLimits, counts } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, OWNER_PASSWORD, until, World, type Data } from "../../testing/world.js";

const WRONG = "a wrong password, surely";
const RESULT = "result { __typename ... on SignedIn { session { id } } } userErrors { code }";

/** A stranger who knows somebody's address, and tries passwords until the account has to wait. */
describeOnDatabases("a device on which somebody has signed in", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  }, 60_000);
  afterAll(() => world.stop());

  /** A browser's cookies, as the server sets them. */
  class Device {
    readonly cookies = new Map<string, string>();
    get known(): string | undefined {
      return this.cookies.get("gatehouse_known_portal") ?? this.cookies.get("gatehouse_known_team");
    }
    async send(name: string, inputType: string, input: object, selection = RESULT): Promise<Data> {
      const cookie = [...this.cookies].map((pair) => pair.join("=")).join("; ");
      const query = `mutation($input: ${inputType}!) { ${name}(input: $input) { ${selection} } }`;
      const answer = await world.ask(query, { input }, undefined, {
        cookie,
        origin: new URL(world.url).origin,
        "gatehouse-audience": name === "teamSignIn" ? "team" : "portal",
      });
      for (const header of answer.headers.getSetCookie()) {
        const [, key = "", value = ""] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
        if (value === "") this.cookies.delete(key);
        else this.cookies.set(key, value);
      }
      return answer.data[name];
    }
    async signIn(email: string, password = CLIENT_PASSWORD): Promise<string> {
      const input = { firmSlug: firm.slug, email, password };
      const { result, userErrors } = await this.send("portalSignIn", "PortalSignInInput", input);
      return result?.__typename ?? userErrors[0].code;
    }
    async teamSignIn(email: string, password = OWNER_PASSWORD): Promise<string> {
      const { result, userErrors } = await this.send("teamSignIn", "TeamSignInInput", { email, password });
      return result?.__typename ?? userErrors[0].code;
    }
  }
  /** A stranger's wrong passwords from elsewhere, until the account has to wait. */
  const lock = async (act: (device: Device) => Promise<string>) => {
    await Promise.all(Array.from({ length: 12 }, () => act(new Device())));
    expect(await act(new Device())).toBe("ACCOUNT_LOCKED");
  };
  const lockClient = (email: string) => lock((device) => device.signIn(email, WRONG));
  const client = async () => {
    const { email, contactId } = await world.client(firm, owner);
    const device = new Device();
    expect(await device.signIn(email)).toBe("SignedIn");
    return { email, contactId, device };
  };

  it("X14 lets its owner in while a stranger's ten wrong passwords lock the account elsewhere: team and clients", async () => {
    const own = await world.firm();
    const desk = new Device();
    expect(await desk.teamSignIn(own.owner)).toBe("SignedIn");
    await lock((device) => device.teamSignIn(own.owner, WRONG));
    expect(await new Device().teamSignIn(own.owner)).toBe("ACCOUNT_LOCKED");
    expect(await desk.teamSignIn(own.owner)).toBe("SignedIn");
    // The owner's success gives the stranger no new attempts.
    expect(await new Device().teamSignIn(own.owner, WRONG)).toBe("ACCOUNT_LOCKED");

    const { email, device } = await client();
    await lockClient(email);
    expect(await new Device().signIn(email)).toBe("ACCOUNT_LOCKED");
    expect(await device.signIn(email)).toBe("SignedIn");
  });

  it("X14 with a stolen cookie gives the thief ten attempts and nothing else", async () => {
    const { email, device, contactId } = await client();
    const thief = new Device();
    thief.cookies.set("gatehouse_known_portal", device.known ?? "");
    const { data } = await world.ask("{ viewer { __typename } }", {}, undefined, {
      cookie: `gatehouse_known_portal=${device.known}; gatehouse_portal=${device.known}`,
    });
    expect(data.viewer).toBeNull();
    const codes = await Promise.all(Array.from({ length: 15 }, () => thief.signIn(email, WRONG)));
    expect(codes.filter((code) => code === "INVALID_CREDENTIALS")).toHaveLength(
      attemptLimits.passwordOnKnownDevice.attempts,
    );
    expect(await thief.signIn(email)).toBe("ACCOUNT_LOCKED");
    // This does not lock the account, and the firm can unlock the device too.
    expect(await new Device().signIn(email)).toBe("SignedIn");
    expect(await device.signIn(email)).toBe("ACCOUNT_LOCKED");
    await world.mutate("unlockPortalAccount", "ContactIdInput", "contact { id }", { contactId }, owner);
    expect(await device.signIn(email)).toBe("SignedIn");
    // Each sign-in gives the browser a new token: the stolen one is unknown again.
    await lockClient(email);
    expect(await thief.signIn(email)).toBe("ACCOUNT_LOCKED");
    expect(await device.signIn(email)).toBe("SignedIn");
  });

  it("X14 counts for nobody else: a client's own cookie buys no attempts at another client's password", async () => {
    const attacker = await client();
    const victim = await client();
    const codes = await Promise.all(Array.from({ length: 14 }, () => attacker.device.signIn(victim.email, WRONG)));
    expect(codes.filter((code) => code === "INVALID_CREDENTIALS")).toHaveLength(attemptLimits.password.attempts);
    expect(await new Device().signIn(victim.email)).toBe("ACCOUNT_LOCKED");
    expect(await victim.device.signIn(victim.email)).toBe("SignedIn");
    // Two people at one browser are both known.
    expect(await attacker.device.signIn(attacker.email)).toBe("SignedIn");
    const third = await client();
    third.device.cookies.delete("gatehouse_portal");
    expect(await third.device.signIn(attacker.email)).toBe("SignedIn");
    await lockClient(third.email);
    expect(await third.device.signIn(third.email)).toBe("SignedIn");
  });

  it("X14 is forgotten after whatever ends access: a reset, the firm's sign-out, another device's change", async () => {
    const known = async (ends: (given: Awaited<ReturnType<typeof client>>) => Promise<string>) => {
      const given = await client();
      const password = await ends(given);
      await lockClient(given.email);
      return given.device.signIn(given.email, password);
    };
    const reset = await known(async ({ email }) => {
      await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
      const resetToken = await world.mailedToken(email, /password/i);
      const newPassword = "quite another long one";
      await world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword });
      return newPassword;
    });
    const signedOut = await known(async ({ contactId }) => {
      await world.mutate("revokePortalSessions", "ContactIdInput", "contact { id }", { contactId }, owner);
      return CLIENT_PASSWORD;
    });
    const changed = await known(async ({ email }) => {
      const elsewhere = new Device();
      await elsewhere.signIn(email);
      const newPassword = "quite another long one";
      const input = { currentPassword: CLIENT_PASSWORD, newPassword };
      await elsewhere.send("changePassword", "ChangePasswordInput", input, "session { id } userErrors { code }");
      await lockClient(email);
      // The device on which it was changed stays known.
      expect(await elsewhere.signIn(email, newPassword)).toBe("SignedIn");
      return newPassword;
    });
    expect([reset, signedOut, changed]).toEqual(["ACCOUNT_LOCKED", "ACCOUNT_LOCKED", "ACCOUNT_LOCKED"]);
  });

  it("X14 is recognized by a cookie that no script reads, of which the database holds a digest, for ninety days", async () => {
    const { email, device } = await client();
    expect(device.known).toMatch(/^gkd_[\w-]{43}$/);
    const rows = await world.app.work.reader.query("SELECT * FROM known_devices");
    expect(JSON.stringify(rows)).not.toContain(device.known);
    world.forward({ minutes: 91 * 24 * 60 });
    await lockClient(email);
    expect(await device.signIn(email)).toBe("ACCOUNT_LOCKED");
    owner = await world.ownerToken(firm);
  });

  it("X11 can request its owner's mails despite what strangers have requested", async () => {
    const { email, device } = await client();
    const resets = async () =>
      (await world.mails(email)).filter(({ links }) => links.some((link) => link.includes("/reset#token="))).length;
    const ask = (from: Device) =>
      from.send("requestPasswordReset", "PortalEmailInput", { firmSlug: firm.slug, email }, "accepted");
    device.cookies.delete("gatehouse_portal");
    for (let n = 0; n < 5; n++) await ask(new Device());
    await until(async () => (await resets()) === 3);
    await ask(device);
    await until(async () => (await resets()) === 4);
    const other = await client();
    other.device.cookies.delete("gatehouse_portal");
    await ask(other.device);
    await sleep(500);
    expect(await resets()).toBe(4);
  });

  it("X36 is one of twenty: the one with the oldest sign-in is forgotten, and nobody else's", async () => {
    const [maya, noah] = [await client(), await client()];
    const countOf = async (email: string) =>
      Number(
        (
          (await world.app.work.reader.query(
            "SELECT COUNT(*) AS n FROM known_devices k JOIN portal_accounts a ON a.id = k.ownerId WHERE a.email = ?",
            [email],
          )) as [{ n: number }]
        )[0].n,
      );
    const first = new Device();
    await first.signIn(noah.email);
    await first.signIn(maya.email);
    for (let n = 0; n < counts.knownDevicesPerOwner; n++) {
      world.forward({ seconds: 1 });
      await new Device().signIn(maya.email);
    }
    expect([await countOf(maya.email), await countOf(noah.email)]).toEqual([counts.knownDevicesPerOwner, 2]);
    await lockClient(maya.email);
    await lockClient(noah.email);
    expect([await first.signIn(maya.email), await first.signIn(noah.email)]).toEqual(["ACCOUNT_LOCKED", "SignedIn"]);
  });
});
