import { restoreSnapshot, takeSnapshot } from "../snapshots.js";
import { CLIENT_PASSWORD, type World } from "../world.js";
import { EnteringCalls } from "./entering-calls.js";
import { FirmCalls } from "./firm-calls.js";
import { judge } from "./judge.js";
import { OwnSecurityCalls } from "./own-security-calls.js";
import type { Place } from "./place.js";
import { Walker, type Call } from "./walker.js";

const CALL_SECONDS = 1;

/**
 * One client of one firm, every call that leads into the portal or changes who may enter, and a judge of what is open
 * afterwards. The walk can return to a place, so that all orders of calls are tried against the real server.
 */
export class PortalWalk {
  /** The combinations that were seen open: mode, enrollment and assurance. */
  readonly opened = new Set<string>();
  /** Calls that were made. */
  made = 0;
  private readonly all: Record<string, Call>;

  private constructor(
    private readonly walker: Walker,
    readonly start: Place,
  ) {
    this.all = {
      ...new EnteringCalls(walker).all,
      ...new OwnSecurityCalls(walker).all,
      ...new FirmCalls(walker).all,
    };
  }

  static async begin(world: World): Promise<PortalWalk> {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { id: contactId, email } = await world.contact(owner);
    const stranger = await world.contact(owner);
    const send = async (to: string, title: string): Promise<string> =>
      (
        await world.mutate(
          "sendClientRequest",
          "SendClientRequestInput",
          "request { id }",
          { contactId: to, title, items: ["Payroll"] },
          owner,
        )
      ).request.id;
    const requests = {
      linked: await send(contactId, "Linked"),
      other: await send(contactId, "Other"),
      strangers: await send(stranger.id, "Not yours"),
    };
    const link = await world.mailedToken(email, /Request from .*: Linked/);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const confirmation = await world.mailedToken(email, /Create your account/);
    await world.mutate(
      "inviteContacts",
      "InviteContactsInput",
      "results { contact { id } }",
      { contactIds: [contactId] },
      owner,
    );
    const invite = await world.mailedToken(email, /invites you/);
    const start: Place = {
      database: await takeSnapshot(world.app.work),
      at: world.now(),
      held: { password: CLIENT_PASSWORD, confirmation, invite, recoveryCodes: [], sessions: [] },
      truth: {
        mode: "MAGIC_LINK_AND_LOGIN",
        enforcedFrom: null,
        magicLinkRequiresTwoFactor: true,
        plan: "BUSINESS",
        hasAccount: false,
        authenticator: null,
      },
      story: [],
    };
    const walker = new Walker(world, { firm, owner, contactId, email, requests, link });
    return new PortalWalk(walker, start);
  }

  get calls(): string[] {
    return Object.keys(this.all);
  }
  callsAt(place: Place): string[] {
    return this.calls.filter((name) => this.all[name]?.can(place));
  }

  /**
   * Makes calls from a place, concurrently if several are given, judges what is open then, and returns the place that
   * this leads to.
   */
  async go(from: Place, ...names: string[]): Promise<Place> {
    const place: Place = { ...from, held: structuredClone(from.held), truth: { ...from.truth } };
    place.story = [...from.story, names.join(" || ")];
    // Limits are tested elsewhere; here they would only stop the walk.
    const kept = new Map([...from.database].filter(([table]) => table !== "attempt_counters"));
    await restoreSnapshot(this.walker.world.app.work, kept);
    place.at += CALL_SECONDS * 1000;
    this.walker.setClock(place.at);
    await this.walker.world.app.work.do((unit) =>
      unit.manager.query(
        "UPDATE sessions SET authenticatedAt = ?, lastUsedAt = ?, expiresAt = ? WHERE audience = 'TEAM'",
        [place.at, place.at, place.at + 3_600_000],
      ),
    );
    try {
      await Promise.all(names.map((name) => this.all[name]?.make(place)));
      await judge(this.walker, place, this.opened);
    } catch (error) {
      throw new Error(`${place.story.join("\n  ")}\n${String(error)}`, { cause: error });
    }
    this.made += names.length;
    place.database = await takeSnapshot(this.walker.world.app.work);
    return place;
  }

  /** Several calls, one after another. */
  async goAlong(from: Place, ...names: string[]): Promise<Place> {
    let place = from;
    for (const name of names) place = await this.go(place, name);
    return place;
  }
}
