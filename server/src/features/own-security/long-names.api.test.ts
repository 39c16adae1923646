import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";

describeOnDatabases("a client of a firm with a long name", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterAll(() => world.stop());

  it.each([
    ["Chinese characters", "株".repeat(200)],
    ["emoji", "😀".repeat(200)],
    ["joined emoji", [..."👩‍👩‍👧‍👦".repeat(40)].slice(0, 200).join("")],
    ["Cyrillic", "Бухгалтерия ".repeat(20).slice(0, 200).trim()],
    ["accents", `a${"\u0301".repeat(199)}`],
    ["signs that are percent-encoded", "&".repeat(200)],
  ])("sets up an authenticator: 200 %s", async (_what, name) => {
    const firm = await world.firm();
    await world.app.work.do((unit) => unit.manager.query("UPDATE firms SET name = ? WHERE id = ?", [name, firm.id]));
    const { created } = await world.client(firm, await world.ownerToken(firm));
    const token = created.result.sessionToken;
    const { otpauthUri, qrCode, secret } = await world.beginEnrollment(token);
    expect(qrCode).toMatch(/^data:image\/svg\+xml;base64,/);
    const { pathname } = new URL(otpauthUri);
    expect(decodeURIComponent(pathname)).toMatch(/…:maya-[0-9a-f]{8}@client\.example$/);
    const confirmed = await world.mutate(
      "confirmTwoFactorEnrollment",
      "ConfirmTwoFactorEnrollmentInput",
      "recoveryCodes",
      { code: world.code(secret), transport: "TOKEN" },
      token,
    );
    expect(confirmed.recoveryCodes).toHaveLength(10);
  });
});
