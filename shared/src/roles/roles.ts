/** A team member's role: STAFF can read; OWNER and ADMIN can also write, and export the firm's data as a file. */
export type TeamRole = "OWNER" | "ADMIN" | "STAFF";
/** The roles' names on pages and in mails. */
export const roleTitles: Readonly<Record<TeamRole, string>> = {
  OWNER: "Owner",
  ADMIN: "Administrator",
  STAFF: "Staff",
};
export type TeamRight = "read" | "write" | "export";

const rights = {
  OWNER: ["read", "write", "export"],
  ADMIN: ["read", "write", "export"],
  STAFF: ["read"],
} as const satisfies Record<TeamRole, readonly TeamRight[]>;
export const roleMay = (role: TeamRole, right: TeamRight): boolean =>
  (rights[role] as readonly TeamRight[]).includes(right);

/** Which roles a team member may invite, change and remove: owners all of them, administrators all except owners. */
const managedRoles = {
  OWNER: ["OWNER", "ADMIN", "STAFF"],
  ADMIN: ["ADMIN", "STAFF"],
  STAFF: [],
} as const satisfies Record<TeamRole, readonly TeamRole[]>;
export const mayManage = (role: TeamRole, other: TeamRole): boolean =>
  (managedRoles[role] as readonly TeamRole[]).includes(other);
/** Whether the firm requires an authenticator for a member of this role; it applies to the roles that may change something. */
export const teamRoleNeedsTwoFactor = (
  { teamRequiresTwoFactor }: { teamRequiresTwoFactor: boolean },
  role: TeamRole,
): boolean => teamRequiresTwoFactor && roleMay(role, "write");

/** What an API key may be allowed to do. */
export const apiScopes = [
  "CONTACTS_READ",
  "CONTACTS_WRITE",
  "ACCESS_WRITE",
  "ACCESS_RESET",
  "POLICY_WRITE",
  "AUDIT_READ",
  "WEBHOOKS_WRITE",
] as const;
export type ApiScope = (typeof apiScopes)[number];

export type ActorKind = "TEAM_MEMBER" | "API_KEY" | "CLIENT" | "SYSTEM";
