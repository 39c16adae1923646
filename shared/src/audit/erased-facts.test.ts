import { describe, expect, it } from "@jest/globals";
import { auditEvents, type AuditEventType } from "./audit-events.js";
import { loginEventTypes } from "../personal-data/personal-data.js";
import { auditEventTypesOf } from "./audit-event-kinds.js";
import { ERASED, withErasedTexts } from "./erased-facts.js";

describe("an event whose facts were erased", () => {
  const aboutClients = [...loginEventTypes, ...auditEventTypesOf("REQUESTS"), ...auditEventTypesOf("CONTACTS")].filter(
    (type) => !/^ROLL_OUT_|^CONTACT_DELETED$/.test(type),
  );
  /** What no event loses (docs/audit-format.md), as far as a sentence needs it. */
  const open = { what: "password", by: "reset", why: "expired", minutes: 5, sessions: 1, sessionIds: [], remaining: 3 };
  const more = {
    replaces: false,
    clockDriftSeconds: null,
    purpose: "STEP_UP",
    door: "PASSWORD",
    role: "STAFF",
    days: 30,
    trustedDeviceIds: [],
  };
  const ofType: Partial<Record<AuditEventType, object>> = {
    TWO_FACTOR_ANNOUNCED: { what: "reminder" },
    TRUSTED_DEVICE_REVOKED: { why: "REVOKED" },
  };

  it.each(aboutClients)("%s says so in place of what it said about the person", (type) => {
    const data = withErasedTexts({ ...open, ...more, ...ofType[type] });
    const say = auditEvents[type].say as (event: object) => string;
    const sentence = say({ actor: ERASED, contact: null, methods: null, data });
    expect(sentence).toContain("(erased)");
    expect(sentence).not.toMatch(/undefined|null|NaN/);
  });
});
