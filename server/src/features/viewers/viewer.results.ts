import { createUnionType, Field, ObjectType } from "type-graphql";
import { DateTime } from "../../platform/graphql/date-time.js";
import { ApiKeyView } from "../api-keys/api-key.results.js";
import { TeamMemberView } from "../firm-staff/team-member.results.js";
import { PortalFirmView } from "../firms/firm.results.js";
import { PortalAccountView } from "../portal-accounts/portal-account.results.js";
import { SessionView } from "../sessions/session.results.js";

@ObjectType("PortalViewer", {
  description: "What the caller's portal session may see. With assurance LINK: only that request, and account is null.",
})
export class PortalViewerView {
  firmId: string;
  /** Null for assurance LINK. */
  accountId: string | null;
  /** Set with assurance LINK. */
  requestId: string | null;
  @Field(() => PortalFirmView, { description: "The firm whose portal it is." }) firm: PortalFirmView;
  @Field(() => String, { description: "The client's address." }) email: string;
  @Field(() => SessionView, { description: "The caller's session." }) session: SessionView;
  @Field(() => PortalAccountView, { nullable: true, description: "The caller's account; null with assurance LINK." })
  account: PortalAccountView | null;
  @Field(() => DateTime, {
    nullable: true,
    description:
      "From when 2FA will be required; set only while the firm has announced that and this client has not enrolled.",
  })
  twoFactorDueAt: number | null;
}

export const ViewerUnion = createUnionType({
  name: "Viewer",
  description: "Who is calling.",
  types: () => [TeamMemberView, ApiKeyView, PortalViewerView] as const,
});
export type PersonViewer = TeamMemberView | PortalViewerView;
