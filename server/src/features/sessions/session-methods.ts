import type { SignInMethod } from "@gatehouse/shared";
import type { Session } from "./session.entity.js";

/** How the session's owner has proven who they are; null if it was opened before that was recorded. */
export const sessionMethods = ({ methods }: Pick<Session, "methods">): SignInMethod[] | null =>
  methods === null ? null : (JSON.parse(methods) as SignInMethod[]);
