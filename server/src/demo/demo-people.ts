/** The people of the demo firm. Invented, and always the same for the same number. */
const firstNames =
  "Amelia Noor Oliver Sofia Ethan Ines Lucas Mei Henry Aisha Jack Freya Samuel Priya Leo Clara Omar Grace Felix Hana Theo Ruth Diego Nadia Hugo Elena Arjun Molly Victor Yuki Paul Zoe Martin Leila Simon Anya Peter Carmen Daniel Ida Thomas".split(
    " ",
  );
const lastNames =
  "Whitfield Okafor Brennan Larsen Kaplan Moreau Singh Tanaka Doyle Haddad Petersen Vega Lindqvist Osei Romano Fischer Kowalski Nguyen Abbott Castillo Dubois Ekström Farrell Grant Hoffmann Ibrahim Jensen Keller Lowe Mancini Novak O'Neill Park Quinn Reyes Schmidt Turner Ueda Vaughn Walsh".split(
    " ",
  );
const trades = [
  "Bakery",
  "Design Studio",
  "Dental Practice",
  "Joinery",
  "Logistics",
  "Vineyards",
  "Architects",
  "Cycles",
];
const places = [
  "Northgate",
  "Riverside",
  "Old Mill",
  "Lakeview",
  "Maple Street",
  "Harbour Lane",
  "Greenfield",
  "Stonebridge",
];

const inAddress = (text: string) =>
  text
    .normalize("NFD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "");

export interface DemoPerson {
  name: string;
  organization: string | null;
  email: string;
}

/** The n-th person (n from 0; no name repeats below 1,600). */
export function demoPerson(n: number): DemoPerson {
  const first = firstNames[n % firstNames.length] ?? "";
  const last = lastNames[(n * 7 + Math.floor(n / firstNames.length)) % lastNames.length] ?? "";
  const isPrivate = n % 4 === 3;
  const organization = `${places[n % places.length]} ${trades[Math.floor(n / places.length) % trades.length]}`;
  const domain = isPrivate ? "mail" : inAddress(organization);
  return {
    name: `${first} ${last}`,
    organization: isPrivate ? null : organization,
    email: `${inAddress(first)}.${inAddress(last)}@${domain}.example`,
  };
}

/** What the demo firm requests from its clients. */
export const demoRequests = [
  {
    title: "Documents for your 2025 tax return",
    items: ["Salary statements", "Bank interest certificates", "Donation receipts"],
  },
  { title: "Quarterly VAT figures", items: ["Sales ledger export", "Purchase invoices", "Bank statements"] },
  { title: "Year-end closing", items: ["Stock count", "Open invoices", "Loan balances", "Fixed asset additions"] },
  { title: "Payroll for this month", items: ["Hours worked", "New starters and leavers"] },
  { title: "Engagement letter", items: ["Read and sign the letter"] },
] as const;
