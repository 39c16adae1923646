import { setTimeout as wait } from "node:timers/promises";
import type { Api } from "../api.js";
import type { SmtpSink } from "../services.js";
import { ClientStories } from "./client-stories.js";
import { FirmStories } from "./firm-stories.js";
import type { Ledger } from "./ledger.js";
import { Over, PatientRequests, PAUSE_MS, type LoadedFirm } from "./patient-requests.js";

/**
 * People who use two firms' portals while their server is killed and restarted: clients who come by invitation or on
 * their own, enroll, and sign in with codes and recovery codes; clients who claim magic links; owners who invite, send
 * requests and reset authenticators; an integrator who upserts contacts; and an attacker who guesses codes. Each tries
 * everything that works once twice at the same moment, and again if no response came.
 */
export class Load {
  private stories: Promise<void>[] = [];
  private readonly requests: PatientRequests;

  constructor(
    api: Api,
    sink: SmtpSink,
    private readonly ledger: Ledger,
    private readonly firms: {
      /** In MAGIC_LINK_AND_LOGIN_2FA. */
      strict: LoadedFirm;
      /** In MAGIC_LINK_AND_LOGIN. */
      plain: LoadedFirm;
    },
    private readonly integratorKey: string,
  ) {
    this.requests = new PatientRequests(api, sink, ledger);
  }

  start(): void {
    const { strict, plain } = this.firms;
    const clients = new ClientStories(this.requests);
    const firms = new FirmStories(this.requests, this.integratorKey);
    this.stories = [
      ...Array.from({ length: 4 }, () => this.again(() => clients.clientStory(strict))),
      this.again(() => clients.clientStory(plain)),
      ...Array.from({ length: 3 }, () => this.again(() => firms.magicLinkStory(plain))),
      this.again(() => firms.upsertStory()),
      this.again(() => firms.ownerStory(strict)),
      this.again(() => clients.guesserStory(strict)),
    ];
  }
  /** Starts nothing new, and waits for what is in progress. */
  async stop(): Promise<void> {
    this.requests.isOver = true;
    await Promise.all(this.stories);
  }

  private async again(story: () => Promise<void>): Promise<void> {
    while (!this.requests.isOver) {
      try {
        await story();
        await wait(PAUSE_MS);
      } catch (error) {
        if (!(error instanceof Over)) this.ledger.breach(`a story broke off: ${String(error)}`);
        if (!(error instanceof Over)) await wait(1000);
      }
    }
  }
}
