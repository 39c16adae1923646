import type { HexColor, LogoType } from "@gatehouse/shared";
import type { Work } from "../work/unit-of-work.js";
import { logoFileName } from "../branding/logo.http.js";

/** How a firm's mails to its clients look. */
export interface MailLook {
  /** Null: Gatehouse's own. */
  color: HexColor | null;
  logo: { width: number; height: number; fileName: string; contentType: LogoType; content: Buffer } | null;
}

/** Null: as Gatehouse's own mails. */
export async function mailLookOf(work: Work, firmId: string | null): Promise<MailLook | null> {
  if (firmId === null) return null;
  const [row] = await work.rows<{
    color: string | null;
    contentType: LogoType | null;
    width: number;
    height: number;
    content: Uint8Array;
  }>(
    "SELECT b.color, l.contentType, l.width, l.height, l.content FROM brandings b LEFT JOIN logos l ON l.firmId = b.firmId WHERE b.firmId = ?",
    [firmId],
  );
  if (!row || (row.color === null && row.contentType === null)) return null;
  const { color, contentType, width, height } = row;
  return {
    color,
    logo:
      contentType === null
        ? null
        : { width, height, contentType, fileName: logoFileName(contentType), content: Buffer.from(row.content) },
  };
}
