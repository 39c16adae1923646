import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import {
  asOwner,
  codeOf,
  inspect,
  mailed,
  missingTools,
  openDevice,
  readQr,
  setPolicy,
  start,
  until,
  type Running,
} from "./browser.js";

const email = "maya@client.example";
const password = "sept hérons tranquilles";

jest.setTimeout(180_000);
const maybe = missingTools().length === 0 ? describe : describe.skip;

/** Words that are in none of our French sentences. */
const english =
  /\b(?:the|your|you|and|with|this|that|not|sign|signed|password|email|account|request|link|enter|use|used|for|from|to|is|are|was|days?|ago|save|saved|codes? from|cancel|close|loading|working|show|new|turn|added|remove|scan|copy|download|print)\b/i;

maybe("a client who reads French goes through the portal", () => {
  let running: Running;
  let client: Page;

  /** Checks everything that is visible or read out, except what people wrote themselves; fails if an English word is left. */
  const expectFrench = async (page: Page): Promise<void> => {
    const texts = await page.evaluate<string[]>(`(() => {
      const own = [...document.querySelectorAll("article, li label")].map((e) => e.getAttribute("aria-label") ?? e.textContent);
      const texts = [document.title];
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
      for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        if (node.nodeType === Node.TEXT_NODE) {
          if (!node.parentElement.closest("script, style, noscript, [lang=en-CA], code, ol")) texts.push(node.data);
        } else for (const name of ["aria-label", "title", "alt", "placeholder", "aria-valuetext", "aria-roledescription"])
          if (node.hasAttribute(name)) texts.push(node.getAttribute(name));
      }
      return texts.map((text) => own.reduce((rest, word) => rest.replaceAll(word, ""), text)).filter((text) => text.trim());
    })()`);
    const foreign = texts.map((text) =>
      text.replaceAll(
        /Harbor & Pine Accounting|Maya Fields|Google Authenticator|Documents for your 2025 tax return|\S*@\S*|HeadlessChrome/g,
        "",
      ),
    );
    expect(foreign.filter((text) => english.test(text))).toEqual([]);
    expect(await page.locator("html").getAttribute("lang")).toBe("fr-CA");
  };
  const heading = (name: string | RegExp) => client.getByRole("heading", { name, exact: true }).waitFor();
  const check = async (name: string): Promise<void> => {
    await expectFrench(client);
    await inspect(client, `portal-fr-${name}`);
  };
  const signIn = async (): Promise<void> => {
    await client.getByLabel("Adresse courriel").fill(email);
    await client.getByRole("textbox", { name: /Mot de passe/ }).fill(password);
    await client.getByRole("button", { name: "Se connecter" }).click();
  };

  beforeAll(async () => {
    running = await start();
    client = await openDevice(running, 390, 844, "fr-CA");
    await setPolicy(running, { mode: "MAGIC_LINK_AND_LOGIN_2FA" });
    const ask = await asOwner(running);
    const { nodes } = (await ask('{ contacts(first: 1, filter: { search: "maya@client" }) { nodes { id } } }')) as {
      nodes: { id: string }[];
    };
    const change = { contactId: nodes[0]?.id, language: "FR" };
    await ask(
      "mutation($input: UpdateContactInput!) { updateContact(input: $input) { contact { language } userErrors { message } } }",
      { input: change },
    );
  }, 120_000);
  afterAll(() => running?.stop());

  it("the sign-in page follows the browser's French; the switch takes effect immediately and keeps what was typed", async () => {
    await client.goto(`${running.url}/portal/harbor`);
    await heading("Connexion");
    expect(await client.title()).toBe("Connexion · Harbor & Pine Accounting");
    await check("sign-in");
    await client.getByLabel("Adresse courriel").fill(email);
    await client.evaluate("globalThis.isWatching = true");
    await client.getByRole("button", { name: "English" }).click();
    await heading("Sign in");
    expect(await client.getByLabel("Email").inputValue()).toBe(email);
    expect(await client.locator("html").getAttribute("lang")).toBe("en-CA");
    expect(await client.title()).toBe("Sign in · Harbor & Pine Accounting");
    // Switching by keyboard keeps the focus.
    expect(await client.evaluate("document.activeElement.textContent")).toBe("English");
    await inspect(client, "portal-switched-to-english");
    expect(await client.evaluate("globalThis.isWatching")).toBe(true);
    await client.reload();
    await heading("Sign in");
    await client.getByRole("button", { name: "Français" }).click();
    await heading("Connexion");
  });

  it("a refusal, the pages for creating an account, and the mail are in French", async () => {
    await signIn();
    await client.getByText("L’adresse courriel ou le mot de passe est incorrect.").waitFor();
    await check("refused");
    await client.getByRole("link", { name: /Créez-en un/ }).click();
    await heading("Créez votre compte");
    await check("request-account");
    await client.getByLabel("Adresse courriel").fill(email);
    const since = Date.now();
    await client.getByRole("button", { name: "M’envoyer le lien" }).click();
    await heading("Consultez vos courriels");
    await check("check-mail");
    const link = await mailed(running, email, /\/confirm#token=/, since);
    const [mail] = await running.mails(email);
    expect(mail?.subject).toBe("Créez votre compte chez Harbor & Pine Accounting");
    await client.goto(link);
    await heading("Créez votre compte");
    await client.getByRole("textbox", { name: /Nouveau mot de passe/ }).fill("court");
    await client.getByText("Utilisez au moins 15 caractères; il y en a 5.").waitFor();
    await check("create-account");
  });

  it("the authenticator is set up in French, from the mailed code to the recovery codes", async () => {
    await client.getByRole("textbox", { name: /Nouveau mot de passe/ }).fill(password);
    await client.getByRole("button", { name: "Créer le compte" }).click();
    await client.getByRole("img", { name: /Code QR/ }).waitFor();
    await check("enrollment");
    const secret = (await readQr(client, /Code QR/)).searchParams.get("secret") ?? "";
    await client.getByLabel("Code de votre application d’authentification").fill("000000");
    await client.getByRole("button", { name: "Activer l’authentification à deux facteurs" }).click();
    await client.getByText("Le code est incorrect, expiré ou déjà utilisé.").waitFor();
    await client.getByLabel("Code de votre application d’authentification").fill(codeOf(secret));
    await client.getByRole("button", { name: "Activer l’authentification à deux facteurs" }).click();
    await client.getByRole("list", { name: "Codes de récupération" }).waitFor();
    await check("recovery-codes");
    await client.getByText("Je les ai conservés").click();
    await client.getByRole("button", { name: "Continuer" }).click();
    await heading("Vos demandes");
    await check("home");
    await client.getByRole("link", { name: /tax return/ }).click();
    await client.getByRole("checkbox").first().waitFor();
    await check("request");
    await client.getByRole("link", { name: "Compte", exact: true }).click();
    await heading("Votre compte");
    await client.getByText("A2F activée").waitFor();
    await check("account");
    await client.getByRole("button", { name: "Nouveaux codes de récupération" }).click();
    await client.getByRole("dialog").waitFor();
    await check("new-recovery-codes");
    await client.getByRole("button", { name: "Annuler" }).click();
    await client.getByRole("button", { name: "Ajouter une clé d’accès" }).click();
    await client.getByLabel("Nom").waitFor();
    await check("new-passkey");
    await client.getByRole("button", { name: "Annuler" }).click();

    await client.getByRole("button", { name: "Se déconnecter" }).click();
    await heading("Connexion");
    await signIn();
    await heading("Entrez votre code");
    await check("code");
    await client.getByRole("button", { name: "Utiliser un code de récupération" }).click();
    await client.getByRole("textbox", { name: /Code de récupération/ }).waitFor();
    await check("recovery-code");
    await client.getByRole("button", { name: "Utiliser l’application d’authentification" }).click();
    await client.getByLabel("Code de votre application d’authentification").fill(codeOf(secret, 1));
    await client.getByRole("button", { name: "Se connecter" }).click();
    await heading("Vos demandes");
  });

  it("the language that a signed-in client chooses applies on every device, and in mails", async () => {
    await client.getByRole("button", { name: "English" }).click();
    await heading("Your requests");
    const ask = await asOwner(running);
    await until(async () => {
      const found = await ask('{ contacts(first: 1, filter: { search: "maya@client" }) { nodes { language } } }');
      return JSON.stringify(found).includes('"EN"');
    });
    const since = Date.now();
    const other = await openDevice(running, 390, 844, "fr-CA");
    await other.goto(`${running.url}/portal/harbor/forgot-password`);
    await other.getByLabel("Adresse courriel").fill(email);
    await other.getByRole("button", { name: "M’envoyer le lien" }).click();
    const link = await mailed(running, email, /\/reset#token=/, since);
    expect((await running.mails(email))[0]?.subject).toBe("Reset your password at Harbor & Pine Accounting");
    await other.goto(link);
    await other.getByRole("heading", { name: "Choisissez un nouveau mot de passe" }).waitFor();
    await other.context().close();
  });

  it("the page of a request's link is in French, and so are pages that do not exist", async () => {
    const page = await openDevice(running, 1440, 900, "fr-CA");
    const asked = (await running.mails(email)).flatMap(({ links }) => links).find((link) => link.includes("/link#"));
    await page.goto(asked ?? "");
    await page.getByRole("button", { name: "Ouvrir la demande" }).waitFor();
    await expectFrench(page);
    for (const [path, title] of [
      ["harbor/link#token=nonsense", "Ce lien n’est pas valide"],
      ["harbor/reset#token=nonsense", "Ce lien ne fonctionne plus"],
      ["harbor/nowhere", "Cette page n’existe pas"],
      ["no-such-firm", "Adresse inconnue"],
    ] as const) {
      await page.goto("about:blank");
      await page.goto(`${running.url}/portal/${path}`);
      await page.getByRole("heading", { name: title }).waitFor();
      await expectFrench(page);
    }
    await page.context().close();
  });

  it("X7 the mailbox is checked in French before a client with only a password sets up an authenticator", async () => {
    await setPolicy(running, { mode: "MAGIC_LINK_AND_LOGIN" });
    const page = await openDevice(running, 390, 844, "fr-CA");
    await page.goto(`${running.url}/portal/harbor`);
    await page.getByLabel("Adresse courriel").fill("noah@client.example");
    await page.getByRole("textbox", { name: /Mot de passe/ }).fill("harbor-demo-client");
    await page.getByRole("button", { name: "Se connecter" }).click();
    await page.getByRole("link", { name: "Compte", exact: true }).click();
    const asked = Date.now();
    await page.getByRole("button", { name: "Configurer l’authentification à deux facteurs" }).click();
    await page.getByText("nous avons envoyé un code à 6 chiffres à noah@client.example").waitFor();
    const code = await mailed(running, "noah@client.example", /\b(\d{6})\b/, asked);
    await page.getByLabel("Code reçu par courriel").fill(code === "000000" ? "000001" : "000000");
    await page.getByRole("button", { name: "Continuer" }).click();
    await page.getByText("Le code reçu par courriel est incorrect ou expiré.").waitFor();
    await expectFrench(page);
    const again = Date.now();
    await page.getByRole("button", { name: "M’envoyer un autre code" }).click();
    await page.getByText("Nous vous avons envoyé un autre code.").waitFor();
    await expectFrench(page);
    await inspect(page, "portal-fr-account-mailed-code");
    await page
      .getByLabel("Code reçu par courriel")
      .fill(await mailed(running, "noah@client.example", /\b(\d{6})\b/, again));
    await page.getByRole("button", { name: "Continuer" }).click();
    await page.getByRole("img", { name: /Code QR/ }).waitFor();
    await page.context().close();
  });
});
