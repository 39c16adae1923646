import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Api } from "../api.js";
import { oneIn, random } from "./chance.js";
import type { Ledger } from "./ledger.js";
import { PAUSE_MS, type LoadedFirm, type PatientRequests } from "./patient-requests.js";

const UPSERT_ROWS = 8;

/** Magic links that an owner sends and clients claim, an integrator who upserts contacts, and administrators who sign in. */
export class FirmStories {
  private readonly api: Api;
  private readonly ledger: Ledger;

  constructor(
    private readonly requests: PatientRequests,
    private readonly integratorKey: string,
  ) {
    ({ api: this.api, ledger: this.ledger } = requests);
  }

  async magicLinkStory(firm: LoadedFirm): Promise<void> {
    const { id, email } = await this.requests.newContact(firm);
    const owner = await this.requests.ownerToken(firm);
    const { request } = await this.requests.insist(() =>
      this.api.mutate(
        "sendClientRequest",
        "SendClientRequestInput",
        "request { id }",
        { contactId: id, title: "Tax papers", items: ["Bank statement"] },
        owner,
      ),
    );
    if (request) this.ledger.acknowledge("REQUEST_SENT", id);
    const token = await this.requests.mailed(email, /Request from .*: Tax papers/, /#token=([\w-]+)/);
    if (token === null) return;
    const devices = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
    const winners = new Set<string>();
    const claim = async (deviceKey: string) => {
      const { result } = await this.requests.insist(() =>
        this.api.mutate(
          "claimMagicLink",
          "ClaimMagicLinkInput",
          "result { __typename ... on SignedIn { sessionToken } }",
          { token, deviceKey, transport: "TOKEN" },
        ),
      );
      if (result?.__typename === "SignedIn") winners.add(deviceKey);
    };
    await Promise.all(devices.map(claim));
    if (oneIn(2)) await Promise.all(devices.map(claim));
    this.ledger.count("magic link: claimed", winners.size);
    if (winners.size !== 1) this.ledger.breach(`a magic link worked on ${winners.size} devices`);
    this.ledger.acknowledge("MAGIC_LINK_CLAIMED", id);
  }

  async upsertStory(): Promise<void> {
    const made = Array.from({ length: UPSERT_ROWS }, () => random("row"));
    // Renamed in each round, so that every row is a change.
    for (const round of ["first", "second"]) {
      const contacts = made.map((externalId) => ({ externalId, name: `${externalId} ${round}` }));
      const { results } = await this.requests.insist(() =>
        this.api.mutate(
          "upsertContacts",
          "UpsertContactsInput",
          "results { contact { id } userErrors { code } }",
          { contacts },
          this.integratorKey,
        ),
      );
      for (const { contact } of results)
        if (contact) this.ledger.acknowledge(round === "first" ? "CONTACT_CREATED" : "upserted", contact.id);
      this.ledger.count("contacts upserted", results.length);
      // Each row is a webhook, delivered one after another.
      await wait(PAUSE_MS * 5);
    }
  }

  async ownerStory(firm: LoadedFirm): Promise<void> {
    const { result } = await this.requests.insist(() =>
      this.api.signIn("teamSignIn", "TeamSignInInput", { email: firm.admin, password: firm.ownerPassword }),
    );
    this.ledger.count("team sign-ins");
    await this.requests.insist(() =>
      this.api.ask("mutation { signOut { userErrors { code } } }", {}, result.sessionToken),
    );
    await wait(PAUSE_MS * 5);
  }
}
