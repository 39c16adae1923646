import { describe, expect, it } from "@jest/globals";
import { KeyRing } from "../../platform/crypto/key-ring.js";
import { ExportTickets } from "./export-tickets.js";

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const key = (byte: number) => Buffer.alloc(32, byte).toString("base64");

describe("a ticket for a download", () => {
  const keys = KeyRing.parse(`k1:${key(1)}`);
  const tickets = new ExportTickets(keys);
  const ticket = { contactId: "con_maya", credentialId: "ses_1", expiresAt: 1000 };
  const text = tickets.issue(ticket);

  it("is read until it expires, also after the keys were rotated", () => {
    expect(tickets.read(text, 999)).toEqual(ticket);
    expect(tickets.read(text, 1000)).toBeNull();
    expect(new ExportTickets(KeyRing.parse(`k2:${key(2)},k1:${key(1)}`)).read(text, 999)).toEqual(ticket);
  });

  it("X88 fits into a path, and names nobody", () => {
    expect(text).toMatch(/^[A-Za-z0-9._-]+$/);
    expect(Buffer.from(text, "base64").toString("latin1") + text).not.toContain("con_maya");
  });

  it("X88 is nothing if any part of it was changed, made by another key or for another place", () => {
    for (let at = 0; at < text.length; at++) {
      // Every bit of the letter: the last ones of a part may stand for nothing.
      const letter = BASE64URL[63 - BASE64URL.indexOf(text[at] ?? "")] ?? "A";
      const changed = text.slice(0, at) + letter + text.slice(at + 1);
      expect([at, tickets.read(changed, 0)]).toEqual([at, null]);
    }
    const made = JSON.stringify(ticket);
    const others = [new ExportTickets(KeyRing.parse(`k1:${key(9)}`)).issue(ticket), keys.encrypt(made, "elsewhere")];
    for (const other of [...others, "", "v1", "v1.k1...", made, "../../etc/passwd", "\u0000"])
      expect([other, tickets.read(other, 0)]).toEqual([other, null]);
  });
});
