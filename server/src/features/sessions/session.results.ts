import { Field, ObjectType, registerEnumType } from "type-graphql";
import type { Assurance, SignInMethod } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Node } from "../../platform/graphql/node.js";
import { SignInMethodEnum } from "../audit/audit-event.results.js";
import { sessionMethods } from "./session-methods.js";
import type { ShownSession } from "./sessions.service.js";

const AssuranceEnum = { LINK: "LINK", PASSWORD: "PASSWORD", TWO_FACTOR: "TWO_FACTOR" } as const;
registerEnumType(AssuranceEnum, {
  name: "Assurance",
  description: "What the firm's policy makes of how a session was proven; Session.methods says how.",
  valuesConfig: {
    LINK: { description: "By a magic link: it reaches only that request." },
    PASSWORD: { description: "By the password." },
    TWO_FACTOR: { description: "By the password and a second factor, or on a trusted device that may skip it." },
  },
});

@ObjectType("Session", { implements: Node, description: "A sign-in on one device." })
export class SessionView extends Node {
  @Field(() => AssuranceEnum, { description: "What the firm's policy makes of `methods`." }) assurance: Assurance;
  @Field(() => [SignInMethodEnum], {
    nullable: true,
    description:
      "How its owner has proven who they are, in order, at the sign-in and since. Null if it was opened before Gatehouse kept it.",
  })
  methods: SignInMethod[] | null;
  @Field(() => DateTime, { description: "When it began." }) createdAt: number;
  @Field(() => DateTime, { description: "When it was last used, to the minute." }) lastUsedAt: number;
  @Field(() => DateTime, { description: "When it ends at the latest." }) expiresAt: number;
  @Field(() => String, { nullable: true, description: "The browser or program, by its own name." }) userAgent:
    string | null;
  @Field(() => String, { nullable: true, description: "The address from which it was opened." }) ipAddress:
    string | null;
  @Field(() => Boolean, { description: "Whether it is the caller's own session." }) current: boolean;

  static of(session: Omit<ShownSession, "audience">, currentSessionId: string | null): SessionView {
    return Object.assign(new SessionView(), {
      id: session.id,
      assurance: session.assurance,
      methods: sessionMethods(session),
      createdAt: session.createdAt,
      lastUsedAt: session.lastUsedAt,
      expiresAt: session.expiresAt,
      userAgent: session.userAgent,
      ipAddress: session.ipAddress,
      current: session.id === currentSessionId,
    });
  }
}
