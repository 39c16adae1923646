import { IsNull } from "typeorm";
import { roleMay } from "@gatehouse/shared";
import type { UnitOfWork } from "../work/unit-of-work.js";
import type { MailContent } from "../work/mail-to-send.js";
import { TeamMember } from "./team-member.entity.js";

/** Mails everybody in the firm's team who may make changes, except `exceptId`. */
export async function mailAdmins(
  unit: UnitOfWork,
  firmId: string,
  content: MailContent,
  exceptId: string | null = null,
): Promise<void> {
  for (const { id, role, email } of await unit.manager.findBy(TeamMember, { firmId, disabledAt: IsNull() }))
    if (roleMay(role, "write") && id !== exceptId) unit.mail({ isNotice: true, firmId, to: email, content });
}
