import { setTimeout as wait } from "node:timers/promises";
import type { Api, Data } from "../api.js";
import type { SmtpSink } from "../services.js";
import { oneIn, random } from "./chance.js";
import type { Ledger } from "./ledger.js";

export const PAUSE_MS = 100;
const MAIL_MS = 60_000;
const OWNER_FRESH_MS = 240_000;

export interface LoadedFirm {
  slug: string;
  owner: string;
  ownerPassword: string;
  admin: string;
}

/** Ends a person's story: the load is over. */
export class Over extends Error {}
/** The request got no response, so that nobody knows whether it was done. */
class NoAnswer extends Error {}

/** Requests to a server that may die at any moment: counted in the ledger, and repeated until there is a response. */
export class PatientRequests {
  /** The load is over: nothing new is begun. */
  isOver = false;
  private readonly ownerTokens = new Map<string, { token: Promise<string>; since: number }>();

  constructor(
    readonly api: Api,
    private readonly sink: SmtpSink,
    readonly ledger: Ledger,
  ) {}

  /** One request. An INTERNAL error is a breach; no response at all throws NoAnswer. */
  async once(ask: () => Promise<Data>): Promise<Data> {
    try {
      const answer = await ask();
      this.ledger.count("requests answered");
      return answer;
    } catch (error) {
      // What fetch throws is not an Error of this realm.
      const text = `${String(error)} ${String((error as Error).cause ?? "")}`;
      if (/INTERNAL|UNAUTHENTICATED|FORBIDDEN|BAD_USER_INPUT/.test(text)) {
        this.ledger.breach(`an unexpected answer: ${text}`);
        await wait(1000);
      }
      if (!/ECONNREFUSED|STARTING/.test(text)) this.ledger.count("requests cut off by a kill");
      throw new NoAnswer(text);
    }
  }
  /** Repeats the request until there is a response; `again` says that an earlier one got none. */
  async insist(ask: (isAgain: boolean) => Promise<Data>): Promise<Data> {
    for (let isAgain = false; ; isAgain = true) {
      if (this.isOver) throw new Over();
      try {
        return await this.once(() => ask(isAgain));
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        await wait(PAUSE_MS);
      }
    }
  }

  /**
   * Uses something that works once: twice at the same moment, then again wherever no response came, and once more to
   * see that it is spent. Returns the successful response; null if none was seen (it may have succeeded without a
   * response).
   */
  async spend(what: string, use: () => Promise<Data>, hasBought: (answer: Data) => boolean): Promise<Data> {
    const bought: Data[] = [];
    const tryIt = async () => {
      try {
        const answer = await this.once(use);
        if (hasBought(answer)) bought.push(answer);
        return true;
      } catch (error) {
        if (error instanceof NoAnswer) return false;
        throw error;
      }
    };
    const answered = await Promise.all([tryIt(), tryIt()]);
    let isAnswered = answered.every(Boolean);
    if (!isAnswered) this.ledger.count(`${what}: spent while the server died`);
    while (!isAnswered) {
      if (this.isOver) throw new Over();
      await wait(PAUSE_MS);
      isAnswered = await tryIt();
    }
    if (oneIn(3)) await tryIt();
    this.ledger.count(`${what}: spent`, bought.length);
    if (bought.length > 1) this.ledger.breach(`${what} worked ${bought.length} times`);
    return bought[0] ?? null;
  }

  /** The secret in a mail that came after the first `seen` of its kind. */
  async mailed(to: string, subject: RegExp, secret: RegExp, seen = 0): Promise<string | null> {
    for (const startedAt = Date.now(); Date.now() - startedAt < MAIL_MS; await wait(PAUSE_MS)) {
      if (this.isOver) throw new Over();
      const text = this.mailsOf(to, subject)[seen];
      if (text !== undefined) return secret.exec(text)?.[1] ?? null;
    }
    this.ledger.count("mails that a story waited for in vain");
    return null;
  }
  /** One text per mail, even if it was sent twice. */
  mailsOf(to: string, subject: RegExp): string[] {
    const found = this.sink.mails.filter((mail) => mail.to === to && subject.test(mail.subject));
    return [...new Map(found.map(({ id, text }) => [id, text])).values()];
  }

  ownerToken(firm: LoadedFirm): Promise<string> {
    const known = this.ownerTokens.get(firm.slug);
    if (known && Date.now() - known.since < OWNER_FRESH_MS) return known.token;
    const token = this.insist(() =>
      this.api.signIn("teamSignIn", "TeamSignInInput", { email: firm.owner, password: firm.ownerPassword }),
    ).then(({ result }) => result.sessionToken as string);
    this.ownerTokens.set(firm.slug, { token, since: Date.now() });
    return token;
  }

  async newContact(firm: LoadedFirm): Promise<{ id: string; email: string }> {
    const token = await this.ownerToken(firm);
    const contact = await this.insist(() => this.api.contact(token, random("Client")));
    this.ledger.acknowledge("CONTACT_CREATED", contact.id);
    return contact;
  }
}
