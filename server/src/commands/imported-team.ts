import { IsNull, Not, type EntityManager } from "typeorm";
import { TeamMember } from "../features/firm-staff/team-member.entity.js";
import { identityOf, insertIdentity } from "../features/people/team-identities.js";
import { PasswordCredential } from "../features/passwords/password-credential.entity.js";
import { isId } from "../platform/crypto/ids.js";
import { CommandError } from "./command-error.js";

type Row = Record<string, unknown>;

/**
 * The people of a team that is imported. Somebody who signs in to this server already keeps the password of here: what a
 * file says of an address must not open other firms. Everyone else brings theirs along.
 */
export class ImportedTeam {
  private readonly identities = new Map<string, Row>();
  private readonly passwords = new Map<string, Row>();
  /** The identity that the file gives a member. */
  private readonly identityOf = new Map<string, string>();

  /** The row as it is inserted now; null: `settle` decides about it. */
  take<R extends Row>(table: string, row: R): R | null {
    if (table === "team_identities") {
      this.identities.set(String(row["id"]), row);
      return null;
    }
    if (table === "password_credentials" && !isId("portalAccount", String(row["ownerId"]))) {
      this.passwords.set(String(row["ownerId"]), row);
      return null;
    }
    if (table !== "team_members") return row;
    const id = String(row["id"]);
    // Before there were identities, the password was the member's.
    this.identityOf.set(id, String(row["identityId"] ?? id));
    return { ...row, identityId: null, signInEmail: null };
  }

  /** Gives the firm's members their identities, once their rows are inserted. Returns the emails that signed in here before. */
  async settle(manager: EntityManager, firmId: string): Promise<string[]> {
    const known: string[] = [];
    const members = await manager.find(TeamMember, { where: { firmId, disabledAt: IsNull() }, order: { id: "ASC" } });
    for (const { id, email, joinedAt } of members) {
      if (joinedAt === null) continue;
      const here = await identityOf({ manager, now: Date.now() }, email);
      if (here !== null) known.push(email);
      const identityId = here ?? (await this.bring(manager, firmId, { id, email }));
      await manager.update(TeamMember, { id }, { identityId, signInEmail: here === null ? email : null });
    }
    return known;
  }

  private async bring(
    manager: EntityManager,
    firmId: string,
    { id: memberId, email }: Pick<TeamMember, "id" | "email">,
  ): Promise<string> {
    const id = this.identityOf.get(memberId) ?? memberId;
    if (await manager.existsBy(TeamMember, { id, firmId: Not(firmId), disabledAt: IsNull() }))
      throw new CommandError(`${email} has the identity of another firm's colleague here: nothing was imported.`);
    const { createdAt = Date.now() } = this.identities.get(id) ?? {};
    await insertIdentity({ manager, now: Number(createdAt) }, { id, email });
    const password = this.passwords.get(id);
    if (password) await manager.insert(PasswordCredential, { ...password, ownerId: id });
    return id;
  }
}
