import type { HexColor, LogoType } from "@gatehouse/shared";
import { leftJoined, select, table } from "../../platform/database/sql.js";
import type { Work } from "../work/unit-of-work.js";
import { Branding, Logo } from "../branding/branding.entity.js";
import { logoFileName } from "../branding/logo.http.js";

/** How a firm's mails to its clients look. */
export interface MailLook {
  /** Null: Gatehouse's own. */
  color: HexColor | null;
  logo: { width: number; height: number; fileName: string; contentType: LogoType; content: Buffer } | null;
}

const b = table(Branding, "b");
const l = leftJoined(table(Logo, "l"));
const LOOK = select({
  color: b.color,
  contentType: l.contentType,
  width: l.width,
  height: l.height,
  content: l.content,
}).from`${b} LEFT JOIN ${l} ON ${l.firmId} = ${b.firmId} WHERE ${b.firmId} = ?`;

/** The firm's look; null if its mails look like Gatehouse's own. */
export async function mailLookOf(work: Work, firmId: string | null): Promise<MailLook | null> {
  if (firmId === null) return null;
  const [row] = await work.rows(LOOK, [firmId]);
  if (!row || (row.color === null && row.contentType === null)) return null;
  const { color, contentType, width, height, content } = row;
  return {
    color,
    logo:
      contentType === null || width === null || height === null || content === null
        ? null
        : { width, height, contentType, fileName: logoFileName(contentType), content },
  };
}
