import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { SMTPServer } from "smtp-server";
import { logoLimits } from "@gatehouse/shared";
import { demoLogo } from "../../demo/demo-logo.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { OWNER_PASSWORD, until, World, type Data } from "../../testing/world.js";

const BRANDING = "branding { color logoUrl logoWidth logoHeight }";
const NONE = { color: null, logoUrl: null, logoWidth: null, logoHeight: null };
const png = Buffer.from(demoLogo.data, "base64");
const logoOf = (content: Buffer, contentType = "image/png") => ({ contentType, data: content.toString("base64") });
/** The logo with other dimensions in its header. */
function pngOf(width: number, height: number): Buffer {
  const copy = Buffer.from(png);
  copy.writeUInt32BE(width, 16);
  copy.writeUInt32BE(height, 20);
  return copy;
}
const HTML = Buffer.from("<!doctype html><script>alert(document.domain)</script>");

describeOnDatabases("a firm's branding", (database) => {
  let world: World;
  let ours: Awaited<ReturnType<World["firm"]>>;
  let theirs: Awaited<ReturnType<World["firm"]>>;
  let us: string;
  let them: string;
  const received: { to: string; raw: string }[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, session, done) {
      let raw = "";
      stream.on("data", (chunk: Buffer) => (raw += chunk.toString("utf8")));
      stream.on("end", () => {
        for (const { address } of session.envelope.rcptTo) received.push({ to: address, raw });
        done();
      });
    },
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
    const { port } = smtp.server.address() as AddressInfo;
    world = await World.start(database.url(), { smtpUrl: `smtp://127.0.0.1:${port}` });
    [ours, theirs] = [await world.firm(), await world.firm()];
    [us, them] = [await world.ownerToken(ours), await world.ownerToken(theirs)];
  });
  afterAll(async () => {
    await world.stop();
    await new Promise<void>((resolve) => void smtp.close(resolve));
  });

  const update = (input: object, token = us): Promise<Data> =>
    world.mutate("updateBranding", "UpdateBrandingInput", `firm { ${BRANDING} }`, input, token);
  const portalOf = async ({ slug }: { slug: string }): Promise<Data> =>
    (await world.ask(`query($slug: String!) { portal(firmSlug: $slug) { ${BRANDING} } }`, { slug })).data.portal
      .branding;
  const sentences = async (token: string): Promise<string[]> =>
    (
      await world.ask(
        "{ auditEvents(first: 10, filter: { types: [BRANDING_CHANGED] }) { nodes { summary } } }",
        {},
        token,
      )
    ).data.auditEvents.nodes.map(({ summary }: Data) => summary);
  /** The mail to that address, part by part, decoded. */
  const mailTo = async (to: string, subject: RegExp) => {
    const { raw } = await until(() => received.find((mail) => mail.to === to && subject.test(mail.raw)));
    const boundaries = [...raw.matchAll(/boundary="([^"]+)"/g)].map(([, boundary]) => `--${boundary}`);
    let parts = [raw];
    for (const boundary of boundaries) parts = parts.flatMap((part) => part.split(boundary));
    const partOf = (type: string) => {
      const part = parts.find((text) => text.trimStart().startsWith(`Content-Type: ${type}`));
      if (part === undefined) return null;
      const [head = "", body = ""] = part.trim().split(/\r\n\r\n([^]*)/);
      const decoded = /base64/i.test(head)
        ? Buffer.from(body, "base64")
        : Buffer.from(
            body
              .replaceAll(/=\r\n/g, "")
              .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
            "latin1",
          );
      return { head, decoded, text: decoded.toString("utf8") };
    };
    return { raw, text: partOf("text/plain"), html: partOf("text/html"), picture: partOf("image/png") };
  };

  it("if unset, the portal and the mails are Gatehouse's own", async () => {
    expect(await portalOf(ours)).toEqual(NONE);
    const { email } = await world.contact(us);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: ours.slug, email });
    const { raw, html, picture } = await mailTo(email, /Create your account/);
    expect(picture).toBeNull();
    expect(raw).not.toContain("multipart/related");
    expect(html?.text).toContain('<p style="font-weight:bold;color:#1f4d3a">Test &amp; Sons</p>');
    expect(html?.text).not.toMatch(/<style|class=|<img/);
  });

  it("set by an owner, appears on the sign-in page for everybody, in clients' mails, and in the audit log", async () => {
    const { firm, userErrors } = await update({ color: " FFEE99", logo: demoLogo });
    expect(userErrors).toEqual([]);
    expect(firm.branding).toEqual({
      color: "#ffee99",
      logoUrl: expect.stringMatching(/^\/logos\/[0-9a-f]{64}$/),
      logoWidth: 460,
      logoHeight: 112,
    });
    expect(await portalOf(ours)).toEqual(firm.branding);
    expect((await world.ask(`{ firm { ${BRANDING} } }`, {}, us)).data.firm.branding).toEqual(firm.branding);
    expect(await sentences(us)).toEqual(["Olive Owner changed the portal's branding: color #ffee99, a new logo."]);
    // Repeating it changes nothing, and records nothing.
    await update({ color: "#fe9", logo: demoLogo });
    await update({});
    expect(await sentences(us)).toHaveLength(1);

    const { email } = await world.contact(us);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: ours.slug, email });
    const { raw, text, html, picture } = await mailTo(email, /Create your account/);
    expect(raw).toMatch(/multipart\/alternative[^]*text\/plain[^]*multipart\/related[^]*text\/html[^]*image\/png/);
    expect(html?.text).toContain('src="cid:logo@gatehouse" alt="Test &amp; Sons" width="240" height="58"');
    expect(html?.text).toContain("background:#ffee99;color:#000000");
    expect(html?.text).not.toMatch(/src="http|url\(|<link/);
    expect(picture?.head).toMatch(/Content-ID: <logo@gatehouse>/i);
    expect(picture?.head).toMatch(/Content-Disposition: inline/i);
    expect(picture?.decoded.equals(png)).toBe(true);
    expect(text?.text).toContain("Create your account:\r\nhttp");
    // A colleague's mail comes from Gatehouse.
    const colleague = "new@team.example";
    await world.mutate(
      "inviteTeamMember",
      "InviteTeamMemberInput",
      "teamMember { id }",
      { email: colleague, name: "New", role: "STAFF" },
      us,
    );
    const staffMail = await mailTo(colleague, /invites you/);
    expect(staffMail.html?.text).not.toMatch(/<img|ffee99|class=/);
    expect(staffMail.picture).toBeNull();
  });

  it("has a logo at its own address, served as that picture and nothing else", async () => {
    const { logoUrl } = await portalOf(ours);
    for (const method of ["GET", "HEAD"]) {
      const response = await world.raw({ path: logoUrl, method });
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        "content-type": "image/png",
        "content-length": String(png.length),
        "cache-control": "public, max-age=31536000, immutable",
        "content-disposition": 'inline; filename="logo.png"',
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
      });
      expect(Buffer.from(await response.arrayBuffer()).equals(method === "GET" ? png : Buffer.alloc(0))).toBe(true);
    }
    expect((await world.raw({ path: logoUrl, method: "POST", body: "x" })).status).toBe(405);
    const digest = String(logoUrl).slice("/logos/".length);
    for (const path of [
      "/logos",
      "/logos/",
      `/logos/${"0".repeat(64)}`,
      `/logos/${digest.toUpperCase()}`,
      `/logos/${digest}/`,
      `/logos/${digest}.png`,
      `/logos/${digest}%00`,
      `/logos/x/../${digest}x`,
      "/logos/..%2f..%2fpackage.json",
      "/logos/%2e%2e/%2e%2e/etc/passwd",
      `/logos/${digest.slice(0, 63)}_`,
      `/logos/${digest.slice(0, 63)}%25`,
      `/logos/${ours.id}`,
      `/logos/${ours.slug}`,
    ]) {
      const response = await world.raw({ path });
      expect([path, response.status, response.headers.get("content-type")]).toEqual([
        path,
        404,
        "application/json; charset=utf-8",
      ]);
    }
    // Another firm's identical picture has another address: nobody can use a picture to find out who has it.
    const { firm } = await update({ logo: demoLogo }, them);
    expect(firm.branding.logoUrl).not.toBe(logoUrl);
    await update({ logo: null }, them);
    expect((await world.raw({ path: firm.branding.logoUrl })).status).toBe(404);
    expect(await portalOf(theirs)).toEqual(NONE);
  });

  it("accepts no invalid color, and no logo but a complete, small picture", async () => {
    const before = await portalOf(ours);
    const trailing = Buffer.concat([png, HTML]);
    const tooLarge = Buffer.alloc(logoLimits.bytes + 1);
    png.copy(tooLarge);
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
    const refused: [input: object, field: string, message: RegExp][] = [
      [{ color: "red;}body{display:none}" }, "color", /six digits/],
      [{ color: "#ffffff;}body{background:url(https://evil.example)}" }, "color", /six digits/],
      [{ color: "#ffff" }, "color", /six digits/],
      [{ color: "#fff\u0000" }, "color", /six digits/],
      [{ color: "" }, "color", /six digits/],
      [{ color: "url(javascript:alert(1))" }, "color", /six digits/],
      [{ logo: logoOf(svg, "image/svg+xml") }, "contentType", /SVG files can contain scripts/],
      [{ logo: logoOf(svg) }, "data", /SVG files can contain scripts/],
      [{ logo: logoOf(HTML) }, "data", /not a PNG, JPEG or WebP/],
      [{ logo: logoOf(HTML, "text/html") }, "contentType", /Choose a PNG/],
      [{ logo: logoOf(png, "image/jpeg") }, "contentType", /is image\/png, not image\/jpeg/],
      [{ logo: logoOf(png, "image/png\r\nset-cookie: a=b") }, "contentType", /Choose a PNG/],
      [{ logo: logoOf(trailing) }, "data", /more than the picture/],
      [{ logo: logoOf(png.subarray(0, -1)) }, "data", /damaged/],
      [{ logo: logoOf(tooLarge) }, "data", /larger than 64 kB/],
      [{ logo: logoOf(pngOf(30_000, 30_000)) }, "data", /30000 × 30000 pixels/],
      [{ logo: logoOf(Buffer.alloc(0)) }, "data", /not a PNG/],
      [{ logo: { ...demoLogo, data: `data:image/png;base64,${demoLogo.data}` } }, "data", /not valid base64/],
      [{ logo: { ...demoLogo, data: `${demoLogo.data}\n` } }, "data", /not valid base64/],
      [{ logo: { ...demoLogo, data: "../../etc/passwd" } }, "data", /not valid base64/],
      // A valid part beside an invalid one is not stored either.
      [{ color: "#000000", logo: logoOf(trailing) }, "data", /more than the picture/],
    ];
    for (const [input, field, message] of refused) {
      const { firm, userErrors } = await update(input);
      expect([input, firm, userErrors]).toEqual([
        input,
        null,
        [{ code: "INVALID_INPUT", field: expect.arrayContaining([field]), message: expect.stringMatching(message) }],
      ]);
    }
    expect(await portalOf(ours)).toEqual(before);
    // The largest permitted file fits into the body's limit.
    const filled = Buffer.alloc(logoLimits.bytes);
    png.copy(filled, 0, 0, 33);
    const room = logoLimits.bytes - png.length - 12;
    filled.writeUInt32BE(room, 33);
    filled.write("gAMA", 37, "latin1");
    png.copy(filled, 33 + 12 + room, 33);
    const { userErrors } = await update({ logo: logoOf(filled) }, them);
    expect(userErrors).toEqual([]);
    const { logoUrl } = await portalOf(theirs);
    expect(Buffer.from(await (await world.raw({ path: logoUrl })).arrayBuffer()).equals(filled)).toBe(true);
    await update({ logo: null }, them);
  });

  it("can be changed only by the firm's owners, administrators and keys with its policy scope", async () => {
    const before = await portalOf(ours);
    const tokenOf = async (email: string) =>
      (await world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD })).result.sessionToken;
    const attempt = async (token: string | undefined) =>
      (await world.ask('mutation { updateBranding(input: { color: "#010203" }) { userErrors { code } } }', {}, token))
        .errors?.[0]?.extensions.code;
    expect(await attempt(undefined)).toBe("UNAUTHENTICATED");
    expect(await attempt(await tokenOf(await world.member(ours.id, "STAFF")))).toBe("FORBIDDEN");
    expect(await attempt(await world.key(us, ["CONTACTS_WRITE", "ACCESS_WRITE", "ACCESS_RESET"]))).toBe("FORBIDDEN");
    // Another firm's administrator changes only that firm's.
    expect(await attempt(await tokenOf(await world.member(theirs.id, "ADMIN")))).toBeUndefined();
    expect(await portalOf(ours)).toEqual(before);
    expect((await portalOf(theirs)).color).toBe("#010203");
    expect(await sentences(them)).toContain("A ADMIN changed the portal's branding: color #010203.");
    expect(await attempt(await world.key(us, ["POLICY_WRITE"]))).toBeUndefined();
    expect(await portalOf(ours)).toEqual({ ...before, color: "#010203" });
  });

  it("loses neither of two concurrent changes, and can be removed again", async () => {
    await Promise.all([
      update({ color: "#123456" }),
      update({ logo: logoOf(pngOf(230, 56)) }),
      update({ color: "#123456" }),
      update({ logo: logoOf(pngOf(230, 56)) }),
    ]);
    const { logoUrl, ...rest } = await portalOf(ours);
    expect(rest).toEqual({ color: "#123456", logoWidth: 230, logoHeight: 56 });
    expect((await update({ color: null, logo: null })).firm.branding).toEqual(NONE);
    expect((await world.raw({ path: logoUrl })).status).toBe(404);
    expect((await sentences(us))[0]).toBe("Olive Owner changed the portal's branding: the default color, no logo.");
  });
});
