import { totpAt } from "../totp.js";
import type { Data, World } from "../world.js";
import type { HeldSession, Place } from "./place.js";

export const SIGNED_IN = "__typename ... on SignedIn { sessionToken session { id } }";
export const RESULT = `result { ${SIGNED_IN} ... on TwoFactorRequired { challengeToken } ... on TwoFactorEnrollmentRequired { enrollmentToken emailCodeRequired } }`;

/** A call that leads into the portal or changes who may enter. */
export interface Call {
  /** Whether there is something to call it with. */
  can(place: Place): boolean;
  make(place: Place): Promise<void>;
}

/** Whom the walk is about. */
export interface WalkedClient {
  firm: { id: string; slug: string };
  owner: string;
  contactId: string;
  email: string;
  /** The link's request, another one of the same client, and one of somebody else. */
  requests: { linked: string; other: string; strangers: string };
  link: string;
}

/** Makes the walk's calls, at the walk's time. */
export class Walker {
  constructor(
    readonly world: World,
    readonly given: WalkedClient,
  ) {}

  setClock(at: number): void {
    this.world.forward({ seconds: (at - this.world.now()) / 1000 });
  }

  mutate(name: string, type: string, selection: string, input: object, token?: string): Promise<Data> {
    return this.world.mutate(name, `${type}Input`, selection, input, token);
  }

  /** A code that was not used yet. */
  freshCode(place: Place, secret: string): string {
    place.at += 31_000;
    this.setClock(place.at);
    return totpAt(secret, place.at);
  }
}

/** The session that calls of somebody signed in are made with. */
export const accountSession = ({ held }: Place): HeldSession | undefined => held.sessions[0];
