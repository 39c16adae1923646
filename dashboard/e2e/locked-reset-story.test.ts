import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import {
  asOwner,
  codeOf,
  inspect,
  mailed,
  missingTools,
  openDevice,
  owner,
  setPolicy,
  start,
  type Running,
} from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
const password = "seven quiet herons wade";

maybe("a new password while the account is locked after too many wrong codes", () => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
    await setPolicy(running, { mode: "MAGIC_LINK_AND_LOGIN_2FA" });
  }, 120_000);
  afterAll(() => running?.stop());

  it("X12 a client learns that it is set and when to sign in, and goes to the sign-in page", async () => {
    const ask = await asOwner(running);
    const { nodes } = (await ask("{ contacts(first: 1, filter: { lockedOut: true }) { nodes { email } } }")) as {
      nodes: { email: string }[];
    };
    const email = nodes[0]?.email ?? "";
    const since = Date.now();
    const client = await openDevice(running);
    await client.goto(`${running.url}/portal/harbor/forgot-password`);
    await client.getByRole("textbox", { name: /Email/ }).fill(email);
    await client.getByRole("button", { name: "Send me the link" }).click();
    await client.goto(await mailed(running, email, /#token=/, since));
    await client.getByRole("textbox", { name: /New password/ }).fill(password);
    await client.getByRole("button", { name: "Save new password" }).click();
    await client.getByRole("heading", { name: "Your new password is set" }).waitFor();
    await client.getByText(/the old one no longer works.* sign in in \d+ hours with the new password/).waitFor();
    expect(await client.getByRole("button", { name: "Save new password" }).count()).toBe(0);
    await inspect(client, "portal-password-set-codes-locked");
    await client.getByRole("link", { name: "Go to sign-in" }).click();
    await client.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
    await client.context().close();
  });

  it("X12 so does a team member", async () => {
    const ask = await asOwner(running);
    const BEGIN =
      "mutation($input: BeginTwoFactorEnrollmentInput!) { beginTwoFactorEnrollment(input: $input) { enrollment { secret } } }";
    const asked = Date.now();
    await ask(BEGIN, { input: {} });
    const emailCode = await mailed(running, owner.email, /\b(\d{6})\b/, asked);
    const { enrollment } = (await ask(BEGIN, { input: { emailCode } })) as { enrollment: { secret: string } };
    const code = codeOf(enrollment.secret);
    await ask(
      "mutation($input: ConfirmTwoFactorEnrollmentInput!) { confirmTwoFactorEnrollment(input: $input) { recoveryCodes } }",
      { input: { code } },
    );
    for (let challenges = 0; challenges < 2; challenges++) {
      const { result } = (await ask(
        "mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { result { ... on TwoFactorRequired { challengeToken } } } }",
        { input: { ...owner, transport: "TOKEN" } },
      )) as { result: { challengeToken: string } };
      const wrong = { ...result, code: code === "000000" ? "000001" : "000000" };
      for (let tries = 0; tries < 5; tries++)
        await ask(
          "mutation($input: VerifyTwoFactorInput!) { verifyTwoFactor(input: $input) { userErrors { code } } }",
          { input: wrong },
        );
    }
    const since = Date.now();
    const colleague = await openDevice(running, 1440, 900);
    await colleague.goto(running.url);
    await colleague.getByRole("button", { name: "Forgot your password?" }).click();
    await colleague.getByRole("textbox", { name: /Email/ }).fill(owner.email);
    await colleague.getByRole("button", { name: "Send me a link" }).click();
    await colleague.goto(await mailed(running, owner.email, /choose-password/, since));
    await colleague.getByRole("textbox", { name: /New password/ }).fill(password);
    await colleague.getByRole("button", { name: "Save and sign in" }).click();
    await colleague.getByRole("heading", { name: "Your new password is set" }).waitFor();
    await colleague.getByText(/sign in in 15 minutes with the new password/).waitFor();
    expect(await colleague.getByRole("button", { name: "Save and sign in" }).count()).toBe(0);
    await inspect(colleague, "team-password-set-codes-locked");
    await colleague.getByRole("link", { name: "Go to sign-in" }).click();
    await colleague.getByRole("heading", { name: "Sign in to your firm" }).waitFor();
    await colleague.context().close();
  });
});
