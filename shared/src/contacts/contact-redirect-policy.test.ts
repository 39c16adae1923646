import { describe, expect, it } from "@jest/globals";
import { redirectsRequests, type EmailChange } from "./contact-redirect-policy.js";

describe("a change of a contact's email", () => {
  it.each<[what: string, change: Partial<EmailChange>, isRedirect: boolean]>([
    ["to an address without a login, of a contact without one", {}, false],
    ["of a contact with an account", { accountBefore: "maya" }, true],
    ["of a contact with an account, to another login's address", { accountBefore: "maya", accountAfter: "noah" }, true],
    ["to another login's address", { accountAfter: "noah" }, true],
    ["from no address to another login's", { from: null, accountAfter: "noah" }, true],
    ["to no address, of a contact with an account", { to: null, accountBefore: "maya" }, true],
    ["to no address, of a contact without one", { to: null }, false],
    ["of a contact without an account who was sent a request", { hasRequests: true }, true],
    ["to no address, of such a contact", { to: null, hasRequests: true }, true],
    [
      "to the address that its own login now has, of a contact who was sent a request",
      { accountBefore: "maya", accountAfter: "maya", hasRequests: true },
      false,
    ],
    ["from no address, of such a contact", { from: null, hasRequests: true }, true],
    ["to the same address, of such a contact", { to: "old@client.example", hasRequests: true }, false],
    ["to the address that its own login now has", { accountBefore: "maya", accountAfter: "maya" }, false],
    ["to the same address", { to: "old@client.example", accountBefore: "maya", accountAfter: null }, false],
    [
      "that is a new contact's first address, and another login's",
      { isNewContact: true, from: null, accountAfter: "noah" },
      false,
    ],
  ])("X4 X29 %s", (_what, change, isRedirect) => {
    const plain: EmailChange = {
      isNewContact: false,
      from: "old@client.example",
      to: "new@client.example",
      accountBefore: null,
      accountAfter: null,
      hasRequests: false,
    };
    expect(redirectsRequests({ ...plain, ...change })).toBe(isRedirect);
  });
});
