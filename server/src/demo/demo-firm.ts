import { randomBytes } from "node:crypto";
import { HOUR_MS } from "@gatehouse/shared";
import type { Clock } from "../platform/clock/clock.js";
import { isUniqueViolation } from "../platform/database/dialect.js";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import { applyBranding, checked } from "../features/branding/firm-branding.service.js";
import { insertMember } from "../features/firm-staff/insert-member.js";
import type { TeamMember } from "../features/firm-staff/team-member.entity.js";
import { insertFirm } from "../features/firms/insert-firm.js";
import { operatorsShare } from "../features/passwords/hash-share.js";
import type { PasswordHasher, StoredPassword } from "../features/passwords/password-hasher.js";
import type { Actor, Work } from "../features/work/unit-of-work.js";
import type { PortalLinks } from "../features/work/portal-links.js";
import { demoContacts } from "./demo-contacts.js";
import { happenings } from "./demo-history.js";
import { importContacts } from "./demo-import.js";
import { demoLogo } from "./demo-logo.js";
import { beginningOf, DEVICE, type DemoScene } from "./demo-scene.js";

export interface DemoNeeds {
  /** A unit of work at another point in time: the demo has a history. */
  workAt: (clock: Clock) => Work;
  clock: Clock;
  hasher: PasswordHasher;
  keys: KeyRing;
  links: PortalLinks;
}

/** The accounts to sign in with. */
export const demoSignIns = [
  { who: "Owner of Harbor & Pine", email: "owner@harbor.example", password: "harbor-demo-owner", at: "/" },
  { who: "Administrator", email: "admin@harbor.example", password: "harbor-demo-admin!", at: "/" },
  { who: "Staff (reads only)", email: "staff@harbor.example", password: "harbor-demo-staff!", at: "/" },
  { who: "Owner of Solo Ledger", email: "owner@solo.example", password: "solo-demo-owner!", at: "/" },
  { who: "Client", email: "noah@client.example", password: "harbor-demo-client", at: "/portal/harbor" },
] as const;
type DemoEmail = (typeof demoSignIns)[number]["email"];

/**
 * Loads the demo: the firms `harbor` (BUSINESS) and `solo` (TEAM), some 200 contacts in every state, requests, and a
 * month of history. Only the passwords that people sign in with are hashed individually; the others share one that
 * nobody knows. If several servers start together, the first one loads it, and the others do nothing.
 */
export async function loadDemo({ workAt, clock, hasher, keys, links }: DemoNeeds): Promise<void> {
  const now = clock.now();
  const [hashes, unknown] = await Promise.all([
    Promise.all(
      demoSignIns.map(async ({ email, password }) => [email, await hasher.hash(password, operatorsShare)] as const),
    ),
    hasher.hash(randomBytes(32).toString("base64"), operatorsShare),
  ]);
  const passwords = new Map<DemoEmail, StoredPassword>(hashes);
  const passwordOf = (email: DemoEmail) => passwords.get(email) ?? unknown;
  const at = (moment: number) => workAt({ now: () => moment });
  const opened = beginningOf(now);

  const begun = await at(opened)
    .do(async (unit) => {
      const harbor = await insertFirm(unit, {
        slug: "harbor",
        name: "Harbor & Pine Accounting",
        plan: "BUSINESS",
        timeZone: "America/Toronto",
      });
      const member = (name: string, email: DemoEmail, role: TeamMember["role"], firmId = harbor.id) =>
        insertMember(unit, { firmId, name, email, role }, passwordOf(email));
      const first = await member("Olivia Harper", "owner@harbor.example", "OWNER");
      const owner: Actor = {
        kind: "TEAM_MEMBER",
        id: first.id,
        name: first.name,
        ipAddress: "192.0.2.10",
        userAgent: DEVICE,
      };
      unit.record({
        type: "BRANDING_CHANGED",
        firmId: harbor.id,
        actor: owner,
        ...(await applyBranding(unit, harbor.id, checked(harbor.id, { color: "#1d4e89", logo: demoLogo }))),
      });
      await member("Adam Pine", "admin@harbor.example", "ADMIN");
      await member("Stella Marsh", "staff@harbor.example", "STAFF");
      const solo = await insertFirm(unit, { slug: "solo", name: "Solo Ledger", plan: "TEAM" });
      await member("Sam Ledger", "owner@solo.example", "OWNER", solo.id);
      return { firm: harbor, actor: owner };
    })
    .catch((error: unknown) => {
      if (isUniqueViolation(error)) return null;
      throw error;
    });
  if (begun === null) return;
  const { firm, actor } = begun;

  const scene: DemoScene = { firm, actor, keys, links, now };
  const contacts = await at(opened + HOUR_MS).do((unit) =>
    importContacts(unit, scene, demoContacts(), passwordOf("noah@client.example"), unknown),
  );
  const history = happenings(scene, contacts);
  // What happened at one moment is one unit of work.
  for (const moment of [...new Set(history.map((happening) => happening.at))].toSorted((a, b) => a - b))
    await at(moment).do(async (unit) => {
      for (const happening of history) if (happening.at === moment) await happening.happen(unit);
    });
}
