import type { ContactData, Part } from "./contact-data.js";
import type { Words } from "./contact-data-columns.js";

const inAll = ({ EN, FR }: Words) => ({ en: EN, fr: FR });

/** The file for programs (docs/contact-data-format.md), as it is read. */
export async function* contactDataJson(data: ContactData): AsyncGenerator<string> {
  const head = {
    format: data.format,
    exportedAt: new Date(data.exportedAt).toISOString(),
    firm: { name: data.firmName, timeZone: data.timeZone },
    language: data.language,
    sharedLogin: data.sharedLogin,
    leftOut: data.leftOut.map(({ title, because }) => ({ what: title && inAll(title), because: inAll(because) })),
    onDeletion: data.onDeletion.map(({ title, becomes, because }) => ({
      what: inAll(title),
      becomes,
      because: because && inAll(because),
    })),
  };
  yield `${JSON.stringify(head, null, 1).slice(0, -2)},\n "kept": {`;
  let separator = "\n";
  for (const part of data.parts) {
    yield `${separator}  ${JSON.stringify(part.name)}: [`;
    yield* rowsIn(part);
    yield "]";
    separator = ",\n";
  }
  yield "\n }\n}\n";
}

async function* rowsIn({ rows }: Part): AsyncGenerator<string> {
  let isFirst = true;
  for await (const page of rows) {
    if (page.length === 0) continue;
    yield `${isFirst ? "" : ","}\n   ${page.map((row) => JSON.stringify(row)).join(",\n   ")}`;
    isFirst = false;
  }
}
