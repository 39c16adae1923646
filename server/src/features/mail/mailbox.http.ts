import type { IncomingMessage } from "node:http";
import { normalizeEmail } from "@gatehouse/shared";
import { notNull, select, sql, table } from "../../platform/database/sql.js";
import type { HttpResponse } from "../../platform/http/http-response.js";
import { send, sendError, sendJson } from "../../platform/http/responses.js";
import type { Work } from "../work/unit-of-work.js";
import { mailLookOf } from "./mail-look.js";
import { OutboxMail } from "./outbox-mail.entity.js";
import type { Outbox } from "./outbox.js";
import { escapeHtml } from "./words.js";

/** The most mails that the mailbox shows, newest first. */
const SHOWN = 200;
const LINK = /https?:\/\/[^\s<>"]+/g;

/** A mail as `/mailbox.json` returns it. */
export interface CapturedMail {
  to: string;
  subject: string;
  text: string;
  html: string;
  links: string[];
  /** RFC 3339, UTC. */
  sentAt: string;
}

const mailRows = table(OutboxMail);
const WAITING = select({
  id: mailRows.id,
  firmId: mailRows.firmId,
  recipient: mailRows.recipient,
  encryptedContent: notNull(mailRows.encryptedContent),
  createdAt: mailRows.createdAt,
}).from`${mailRows} WHERE ${mailRows.encryptedContent} IS NOT NULL`;
const NEWEST = sql` ORDER BY ${mailRows.createdAt} DESC, ${mailRows.id} DESC LIMIT ${SHOWN}`;

/** The mails waiting in the outbox, newest first: those to one address, or all. */
export async function capturedMails(work: Work, outbox: Outbox, to: string | null): Promise<CapturedMail[]> {
  const rows = await (to === null
    ? work.unpreparedRows(WAITING.plus`${NEWEST}`, [])
    : work.unpreparedRows(WAITING.plus` AND ${mailRows.recipient} = ?${NEWEST}`, [normalizeEmail(to) ?? to]));
  const firmIds = [...new Set(rows.map(({ firmId }) => firmId))];
  const looks = new Map(
    await Promise.all(firmIds.map(async (firmId) => [firmId, await mailLookOf(work, firmId)] as const)),
  );
  return rows.map((row) => {
    const { subject, text, html } = outbox.open(row.id, row.encryptedContent, looks.get(row.firmId) ?? null);
    return {
      to: row.recipient,
      subject,
      text,
      html,
      links: [...new Set(text.match(LINK) ?? [])],
      sentAt: new Date(row.createdAt).toISOString(),
    };
  });
}

const STYLE = `body { margin: 0 auto; max-width: 46rem; padding: 1.5rem; font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a; background: #f4f4f2; }
article { margin: 1.5rem 0; padding: 1rem 1.25rem; background: #fff; border: 1px solid #ddd; border-radius: 0.5rem; }
h2 { margin: 0; font-size: 1.1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: 0.5rem 0; color: #555; }
dd { margin: 0; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
input { font: inherit; padding: 0.3rem 0.5rem; }
button { font: inherit; padding: 0.3rem 0.8rem; }
`;

/** Text as HTML with clickable addresses. Escaped piece by piece, so that a link cannot smuggle in anything else. */
function withLinks(text: string): string {
  let html = "";
  let end = 0;
  for (const { 0: link, index } of text.matchAll(LINK)) {
    html += `${escapeHtml(text.slice(end, index))}<a href="${escapeHtml(link)}">${escapeHtml(link)}</a>`;
    end = index + link.length;
  }
  return html + escapeHtml(text.slice(end));
}

function page(mails: readonly CapturedMail[], to: string | null): string {
  const articles = mails.map(
    (mail) => `<article>
<h2>${escapeHtml(mail.subject)}</h2>
<dl><dt>To</dt><dd><a href="/mailbox?to=${encodeURIComponent(mail.to)}">${escapeHtml(mail.to)}</a></dd><dt>At</dt><dd><time datetime="${mail.sentAt}">${mail.sentAt}</time></dd></dl>
<pre>${withLinks(mail.text)}</pre>
</article>`,
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Mailbox - Gatehouse</title><link rel="icon" href="/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="/mailbox.css"></head>
<body>
<main>
<h1>Mailbox</h1>
<p>No SMTP_URL is set, so mails are kept here instead of being sent. Newest first.</p>
<form action="/mailbox"><label>To <input name="to" type="search" value="${escapeHtml(to ?? "")}"></label> <button>Show</button></form>
${articles.length > 0 ? articles.join("\n") : "<p>There is no mail yet.</p>"}
</main>
</body>
</html>
`;
}

/**
 * The development mailbox: `/mailbox`, `/mailbox.json` and `/mailbox.css`, the first two with `?to=<address>`. It shows
 * everybody's links to anybody, so it is mounted only outside production and only if mails are not sent.
 */
export function mailboxHandler(
  work: Work,
  outbox: Outbox,
): (request: IncomingMessage, response: HttpResponse) => Promise<void> {
  return async (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD")
      return sendError(response, 405, "METHOD_NOT_ALLOWED", "Use GET.", { allow: "GET, HEAD" });
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://mailbox.invalid");
    const to = searchParams.get("to")?.trim() || null;
    switch (pathname) {
      case "/mailbox":
        return send(response, 200, "text/html; charset=utf-8", page(await capturedMails(work, outbox, to), to));
      case "/mailbox.json":
        return sendJson(response, 200, await capturedMails(work, outbox, to));
      case "/mailbox.css":
        return send(response, 200, "text/css; charset=utf-8", STYLE);
      default:
        return sendError(response, 404, "NOT_FOUND", "There is no such page.");
    }
  };
}
