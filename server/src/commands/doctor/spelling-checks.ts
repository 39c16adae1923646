import type { EntityManager } from "typeorm";
import { unlikeContacts, unlikeSignIns, type UnlikeSpelling } from "../address-spellings.js";
import { Findings, type Finding } from "./finding.js";

const remedies: Record<UnlikeSpelling["of"], string> = {
  login:
    "In the dashboard, at one of its contacts, change its login email or delete the login; then save these contacts' email again, and the other login serves them.",
  "team member": "In the dashboard, remove the one that is not needed; invite it again if the other one was.",
  contact: "In the dashboard, open the contact and save its email again.",
  "unlinked contact": "In the dashboard, save the contact without its email, and then with it: the login serves it.",
};

function words({ of, firm, email, form }: UnlikeSpelling): string {
  const who = `the ${of === "unlinked contact" ? "contact" : of} ${email} of the firm ${firm}`;
  if (form === null) return `${who} has no valid email address`;
  if (of === "unlinked contact") return `${who} is not served by the login with that email`;
  const other = `another one of the firm has ${form}, the same address in its other spelling`;
  return of === "contact" ? `${who} is not found by its email: ${other}` : `${who} cannot sign in: ${other}`;
}

/** The addresses that could not get the one form of their domain when the database was migrated. */
export async function spellingChecks(reader: EntityManager): Promise<Finding[]> {
  const findings = new Findings("Addresses");
  for (const spelling of [...(await unlikeSignIns(reader)), ...(await unlikeContacts(reader))])
    findings.warn(words(spelling), spelling.form === null ? "Give it another email." : remedies[spelling.of]);
  if (findings.list.length === 0) findings.ok("every address is stored in the form in which it is typed");
  return findings.list;
}
