import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { inspect, mailed, missingTools, openDevice, owner, signIn, start, type Running } from "./browser.js";

// Each test is a whole story, on a machine that may be busy.
jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;
const kim = { email: "kim@bookkeeper.example", password: "seven quiet herons wade" };
const harbor = "Harbor & Pine Accounting";
const soloOwner = { email: "owner@solo.example", password: "solo-demo-owner!" };

maybe("a bookkeeper who works for two firms", () => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  }, 120_000);
  afterAll(() => running?.stop());

  /** Has the owner of a firm invite Kim; returns the link in her mail. */
  const invited = async (by: typeof owner): Promise<string> => {
    const since = Date.now();
    const ask = async (query: string, input: object, headers = {}) => {
      const answer = await fetch(`${running.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ query, variables: { input } }),
      });
      return Object.values(((await answer.json()) as { data: Record<string, unknown> }).data)[0];
    };
    const { result } = (await ask(
      "mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { result { ... on SignedIn { sessionToken } } } }",
      { ...by, transport: "TOKEN" },
    )) as { result: { sessionToken: string } };
    const invitation = await ask(
      "mutation($input: InviteTeamMemberInput!) { inviteTeamMember(input: $input) { userErrors { message } } }",
      { name: "Kim Lee", email: kim.email, role: "STAFF" },
      { authorization: `Bearer ${result.sessionToken}` },
    );
    expect(invitation).toEqual({ userErrors: [] });
    return mailed(running, kim.email, /choose-password/, since);
  };

  it("joins the second with the password that she has, signs in once, and says which firm, by touch or by keyboard", async () => {
    const first = await openDevice(running, 1440, 900);
    await first.goto(await invited(owner));
    await first.getByRole("textbox", { name: /New password/ }).fill(kim.password);
    await first.getByRole("button", { name: "Save and sign in" }).click();
    await first.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    await first.context().close();

    const phone = await openDevice(running, 390, 844);
    await phone.goto(await invited(soloOwner));
    await phone.getByRole("heading", { name: "Join Solo Ledger" }).waitFor();
    await inspect(phone, "join-second-team");
    const password = phone.getByRole("textbox", { name: /Password/ });
    await password.fill("not the password she has");
    await phone.getByRole("button", { name: "Join and sign in" }).click();
    await phone.getByText(/You already sign in to Gatehouse with this email/).waitFor();
    // The first wrong field has the focus, as in every form.
    expect(await password.evaluate((field) => field === document.activeElement)).toBe(true);
    await password.fill(kim.password);
    await phone.getByRole("button", { name: "Join and sign in" }).click();
    await phone.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    await phone.context().close();

    const device = await openDevice(running, 390, 844);
    await device.goto(running.url);
    await signIn(device, kim);
    await device.getByRole("heading", { name: "Which firm?" }).waitFor();
    await device.getByRole("button", { name: "Solo Ledger" }).waitFor();
    expect(await device.getByRole("listitem").allInnerTexts()).toEqual([harbor, "Solo Ledger"]);
    // The button that led here is gone: what is asked now is read out.
    expect(await device.evaluate<string>("document.activeElement.textContent")).toBe("Which firm?");
    await inspect(device, "which-firm");
    await device.getByRole("button", { name: "Solo Ledger" }).focus();
    await device.keyboard.press("Enter");
    await device.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    expect(await firmOf(device)).toBe("Solo Ledger");

    // The firm of last time comes first in this browser; the other one is as near.
    await device.context().clearCookies();
    await device.goto(running.url);
    await signIn(device, kim);
    await device.getByRole("heading", { name: "Which firm?" }).waitFor();
    await device.getByRole("button", { name: "Solo Ledger" }).waitFor();
    expect(await device.getByRole("listitem").allInnerTexts()).toEqual(["Solo Ledger", harbor]);
    await device.getByRole("button", { name: harbor }).click();
    await device.getByRole("heading", { name: "Contacts", exact: true }).waitFor();
    expect(await firmOf(device)).toBe(harbor);
    await device.context().close();
  });

  /** The firm whose session the page has. */
  const firmOf = (page: Awaited<ReturnType<typeof openDevice>>) =>
    page.evaluate(async () => {
      const answer = await fetch("/graphql", {
        method: "POST",
        headers: { "content-type": "application/json", "gatehouse-audience": "team" },
        body: JSON.stringify({ query: "{ firm { name } }" }),
      });
      return ((await answer.json()) as { data: { firm: { name: string } } }).data.firm.name;
    });
});
