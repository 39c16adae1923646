import { digestOf } from "../../platform/crypto/tokens.js";
import type { Place } from "./place.js";
import type { Walker } from "./walker.js";

function isDemanded({ world }: Walker, { truth }: Place): boolean {
  const { mode, enforcedFrom } = truth;
  return mode === "MAGIC_LINK_AND_LOGIN_2FA" && (enforcedFrom === null || enforcedFrom <= world.now());
}

/**
 * What a mode allows, in the walk's own words, checked for every session that the client has. `opened` gets the
 * combinations that were seen open.
 */
export async function judge(walker: Walker, place: Place, opened: Set<string>): Promise<void> {
  const { world } = walker;
  const { held, truth } = place;
  const { requests } = walker.given;
  const revoked = new Set<string>();
  for (const session of held.sessions) {
    const { data } = await world.ask(
      `query($other: ID!, $strangers: ID!) {
        viewer { ... on PortalViewer { account { id } session { assurance } requests { nodes { id } } } }
        other: node(id: $other) { id } strangers: node(id: $strangers) { id } }`,
      requests,
      session.token,
    );
    const row = (await world.app.work.reader.query("SELECT revokedAt FROM sessions WHERE tokenDigest = ?", [
      digestOf(session.token),
    ])) as { revokedAt: number | null }[];
    if (row[0]?.revokedAt !== null) revoked.add(session.token);
    const { viewer, other, strangers } = data;
    if (viewer === null) continue;
    const { assurance } = viewer.session;
    const fail = (what: string) => {
      throw new Error(
        `${what}: ${JSON.stringify({ assurance, truth: { ...truth, authenticator: truth.authenticator !== null } })}`,
      );
    };
    if (revoked.has(session.token)) fail("a session that had ended is open");
    opened.add(`${truth.mode} ${truth.authenticator === null ? "plain" : "enrolled"} ${assurance}`);
    const seen: string[] = viewer.requests.nodes.map(({ id }: { id: string }) => id);
    const isProven = session.code !== null && session.code === truth.authenticator;
    if (strangers !== null || seen.includes(requests.strangers)) fail("another client's request is visible");
    if (viewer.account !== null) {
      if (!truth.hasAccount) fail("a session of an account that is gone");
      if (truth.mode === "MAGIC_LINK_ONLY") fail("an account-wide session where links alone are allowed");
      if ((truth.authenticator !== null || isDemanded(walker, place)) && !isProven)
        fail("an account-wide session without the code");
      if ((assurance === "TWO_FACTOR") !== isProven) fail("a session that claims more or less than was proven");
    } else {
      if (assurance !== "LINK") fail("a session without an account that is not a link's");
      if (other !== null || seen.join() !== requests.linked) fail("a link reaches more than its one request");
      if (truth.mode !== "MAGIC_LINK_ONLY" && !isProven) {
        if (truth.authenticator !== null) fail("an enrolled client's link without the code");
        if (isDemanded(walker, place) && truth.magicLinkRequiresTwoFactor) fail("a link without the required code");
      }
    }
  }
  held.sessions = held.sessions.filter(({ token }) => !revoked.has(token));
}
