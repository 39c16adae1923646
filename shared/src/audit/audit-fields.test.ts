import { describe, expect, it } from "@jest/globals";
import { auditFields, auditFieldTitle, changeInWords } from "./audit-fields.js";

describe("what an event changed, in the firm's words", () => {
  it.each([
    ["mode", "MAGIC_LINK_ONLY", "Security", "Magic link only"],
    ["role", "ADMIN", "Role", "Administrator"],
    ["language", "FR", "Language", "French"],
    ["plan", "BUSINESS", "Plan", "Business"],
    ["state", "PAUSED", "State", "Paused"],
    ["teamRequiresTwoFactor", false, "2FA required of the team", "No"],
    ["trustedDeviceDays", 0, "Days a device is trusted", "0"],
    ["scopes", ["AUDIT_READ", "CONTACTS_READ"], "Scopes", "AUDIT_READ, CONTACTS_READ"],
    ["types", ["CONTACT_CREATED"], "Events", "Contact created"],
    ["types", [], "Events", "All events"],
    ["contacts", [], "Contacts", null],
    ["email", null, "Email", null],
    // A value that only looks like a name of another field's table.
    ["name", "ADMIN", "Name", "ADMIN"],
  ])("%s %j is %s: %s", (field, value, title, words) => {
    expect(auditFieldTitle(field)).toBe(title);
    expect(changeInWords(field, value)).toBe(words);
  });

  it("shows what a newer server records as the API names it", () => {
    expect(auditFieldTitle("brandNew")).toBe("brandNew");
    expect(changeInWords("brandNew", "X")).toBe("X");
    expect(changeInWords("state", "BRAND_NEW")).toBe("BRAND_NEW");
  });

  it("has a title of its own for each field", () => {
    const titles = Object.values(auditFields).map(({ title }) => title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });
});
