import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Attempts } from "../limits/attempts.service.js";
import type { Work } from "../work/unit-of-work.js";
import { InvitationResolver } from "./invitation.resolver.js";
import { Invitations } from "./invitations.service.js";

export function invitationsModule(_platform: Platform, { work, attempts }: { work: Work; attempts: Attempts }) {
  return { resolvers: [new InvitationResolver(new Invitations({ work, attempts }))] } satisfies FeatureModule;
}
