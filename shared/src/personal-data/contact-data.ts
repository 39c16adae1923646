/** The format of the file with everything that is kept about a client (docs/contact-data-format.md). */
export const CONTACT_DATA_FORMAT = "gatehouse-contact-data/1";

/** The two forms of the file: for programs, and for the client to read. */
export type ContactDataFile = "json" | "html";

const LONGEST_NAME = 60;

/** The file's name, such as `maya-fields-2026-11-30.html`. `day`: YYYY-MM-DD. */
export function contactDataFileName(name: string, day: string, file: ContactDataFile): string {
  const plain = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, LONGEST_NAME)
    .replaceAll(/^-|-$/g, "");
  return `${plain || "contact"}-${day}.${file}`;
}
