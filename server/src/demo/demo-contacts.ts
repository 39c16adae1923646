import { demoPerson, type DemoPerson } from "./demo-people.js";

const GENERATED = 202;

/** A contact as the demo wants it to be. */
export interface DemoContact extends Omit<DemoPerson, "email"> {
  email: string | null;
  isInvited: boolean;
  hasAccount: boolean;
  isEnrolled: boolean;
  isLocked: boolean;
  /** Shares the account of the previous contact: they have one address. */
  sharesAccount: boolean;
  hasRequest: boolean;
}

/** Covers every state, in the proportions of a firm that is half-way through. */
function generated(n: number): DemoContact {
  const person = demoPerson(n);
  const place = n % 20;
  const hasEmail = place !== 17 && place !== 18;
  const hasAccount = place < 9 || place === 19;
  const isEnrolled = hasAccount && n % 2 === 0;
  return {
    ...person,
    email: hasEmail ? person.email : null,
    isInvited: hasAccount ? n % 3 !== 0 : hasEmail && place < 13,
    hasAccount,
    isEnrolled,
    isLocked: isEnrolled && n % 40 === 8,
    sharesAccount: false,
    hasRequest: hasEmail && n % 5 === 0,
  };
}

/** Two people to try the demo with, and two hundred around them. */
export function demoContacts(): DemoContact[] {
  const plain = { isInvited: false, isEnrolled: false, isLocked: false, sharesAccount: false, hasRequest: false };
  const contacts: DemoContact[] = [
    { ...plain, name: "Maya Fields", organization: "Fields Pottery", email: "maya@client.example", hasAccount: false },
    {
      ...plain,
      name: "Noah Berg",
      organization: "Berg Consulting",
      email: "noah@client.example",
      hasAccount: true,
      hasRequest: true,
    },
    ...Array.from({ length: GENERATED }, (_, n) => generated(n)),
  ];
  // Couples and partners: two contacts, one address, one account.
  return contacts.map((contact, index) => {
    const before = contacts[index - 1];
    if (index % 20 !== 6 || !before?.email || !before.hasAccount) return contact;
    return {
      ...contact,
      organization: before.organization,
      email: before.email,
      hasAccount: true,
      isInvited: before.isInvited,
      isEnrolled: before.isEnrolled,
      isLocked: false,
      sharesAccount: true,
      hasRequest: false,
    };
  });
}
