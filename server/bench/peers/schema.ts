/**
 * The part of Gatehouse's schema that is queried, for schema-first peers. Times are strings, the cheapest type for
 * them.
 */
export const typeDefs = `
enum PortalAccessState { NO_EMAIL NOT_INVITED INVITED ACCOUNT_CREATED }
input ContactFilter { states: [PortalAccessState!] }
type Query {
  contacts(first: Int!, after: String, filter: ContactFilter): ContactConnection!
  contact(id: ID!): Contact
}
type ContactConnection { nodes: [Contact!]! pageInfo: PageInfo! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Contact {
  id: ID! name: String! organization: String email: String portalAccessState: PortalAccessState! createdAt: String!
  portalAccount: PortalAccount
  auditEvents(first: Int!): AuditEventConnection!
}
type PortalAccount {
  id: ID! email: String! createdAt: String! lastSignInAt: String lockedUntil: String
  twoFactor: TwoFactorStatus!
  sessions: [Session!]!
}
type TwoFactorStatus { enrolled: Boolean! enrolledAt: String recoveryCodesRemaining: Int! }
type Session {
  id: ID! assurance: String! createdAt: String! lastUsedAt: String! expiresAt: String! userAgent: String ipAddress: String
}
type AuditEventConnection { nodes: [AuditEvent!]! }
type AuditEvent {
  id: ID! type: String! occurredAt: String! actorKind: String! actorName: String ipAddress: String summary: String!
}
`;
