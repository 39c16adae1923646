import { join } from "node:path";
import { setImmediate as otherWork } from "node:timers/promises";
import Pdf from "pdfkit";
import { fitInto, type Language } from "@gatehouse/shared";
import type { Checkpoint } from "../audit-chain/checkpoint.js";
import type { MailLook } from "../mail/mail-look.js";
import { printableLogo } from "./printable-logo.js";
import type { ReportCell, ReportTable } from "./report-table.js";
import { reportWords } from "./report-words.js";

export type Paper = "A4" | "LETTER";
export interface PdfOptions {
  /** The directory of the DejaVu fonts. */
  fonts: string;
  firmName: string;
  look: MailLook | null;
  language: Language;
  paper: Paper;
  checkpoint: Checkpoint;
  /** A moment in the firm's zone. */
  momentOf(at: number): string;
}

const INK = "#1f2933";
const PALE = "#d5dbe1";
const MARGIN = 36;
const FOOTER = 26;
const PADDING = 3;
const TEXT_SIZE = 7.5;
/** A longer cell ends with "…"; the CSV has it whole. */
const MOST_LINES = 14;
const LOGO = { width: 140, height: 44 };

/** Marks that direct text: this library draws each text by itself, and some fonts show them. */
const DIRECTIONS = /[\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** Writes the report page by page, in memory that does not grow with the rows. */
export async function* writePdf(table: ReportTable, options: PdfOptions): AsyncGenerator<Uint8Array> {
  const pages = new ReportPages(table, options);
  await pages.begin();
  for await (const rows of table.rows) {
    for (const row of rows) if (pages.addRow(row)) yield* pages.written();
    // Setting a table takes the processor: requests come between.
    await otherWork();
  }
  pages.end();
  yield* pages.rest();
}

/**
 * The library keeps the layout of each word that it has set in the current font, for ever: 6 kB for a row. Without any
 * (`fontLayoutCache: false`) it takes five times as long.
 */
export function forgetWords(doc: PDFKit.PDFDocument): void {
  const { _font: font } = doc as unknown as { _font: { layoutCache?: object } };
  font.layoutCache = Object.create(null) as object;
}

class ReportPages {
  private readonly doc: PDFKit.PDFDocument;
  private readonly color: string;
  private y = 0;
  private page = 0;
  private rows = 0;
  private readonly columns: { title: string; index: number; x: number; width: number }[] = [];

  constructor(
    private readonly table: ReportTable,
    private readonly options: PdfOptions,
  ) {
    const { fonts, firmName, paper, language, checkpoint, look } = options;
    this.color = look?.color ?? INK;
    this.doc = new Pdf({
      size: paper,
      layout: "landscape",
      margin: 0,
      autoFirstPage: false,
      lang: language === "FR" ? "fr" : "en",
      displayTitle: true,
      info: { Title: table.title, Author: firmName, CreationDate: new Date(checkpoint.signedAt) },
    });
    this.doc.registerFont("text", join(fonts, "DejaVuSansCondensed.ttf"));
    this.doc.registerFont("bold", join(fonts, "DejaVuSansCondensed-Bold.ttf"));
  }

  private get right(): number {
    return this.doc.page.width - MARGIN;
  }
  private get bottom(): number {
    return this.doc.page.height - MARGIN - FOOTER;
  }

  async begin(): Promise<void> {
    const { doc, table } = this;
    this.addPage();
    this.y = MARGIN;
    const logo = await printableLogo(this.options.look);
    if (logo) this.drawLogo(logo);
    const width = this.right - MARGIN - LOGO.width - 20;
    this.write(this.options.firmName, { font: "bold", size: 10, width });
    this.write(table.title, { font: "bold", size: 20, width });
    this.write(table.subtitle, { size: 10, width });
    doc.rect(MARGIN, this.y + 4, this.right - MARGIN, 3).fill(this.color);
    this.y += 16;
    for (const [label, value] of table.facts) this.write(`${label}: ${value}`, { size: 9 });
    if (table.note !== null) this.write(table.note, { size: 8 });
    this.drawPicture();
    this.y += 8;
    const shown = table.columns.map((column, index) => ({ ...column, index })).filter(({ width: share }) => share > 0);
    const shares = shown.reduce((sum, { width: share }) => sum + share, 0);
    let x = MARGIN;
    for (const { title, index, width: share } of shown) {
      const columnWidth = ((this.right - MARGIN) * share) / shares;
      this.columns.push({ title, index, x, width: columnWidth });
      x += columnWidth;
    }
    this.drawHead();
  }

  /** Returns whether a page is finished. */
  addRow(row: readonly ReportCell[]): boolean {
    const { doc } = this;
    this.rows++;
    doc.font("text").fontSize(TEXT_SIZE);
    const most = doc.currentLineHeight(true) * MOST_LINES;
    const cells = this.columns.map(({ index, x, width }) => {
      const text = this.textOf(row[index] ?? null);
      const room = width - 2 * PADDING;
      return { text, x, room, height: text === "" ? 0 : Math.min(most, doc.heightOfString(text, { width: room })) };
    });
    const height = Math.max(doc.currentLineHeight(true), ...cells.map((cell) => cell.height)) + 2 * PADDING;
    const isFull = this.y + height > this.bottom;
    if (isFull) {
      this.addPage();
      this.drawHead();
      doc.font("text").fontSize(TEXT_SIZE);
      forgetWords(doc);
    }
    for (const { text, x, room, height: cellHeight } of cells)
      if (text !== "")
        doc
          .fillColor(INK)
          .text(text, x + PADDING, this.y + PADDING, { width: room, height: cellHeight + 1, ellipsis: true });
    this.y += height;
    doc.moveTo(MARGIN, this.y).lineTo(this.right, this.y).lineWidth(0.4).strokeColor(PALE).stroke();
    return isFull;
  }

  end(): void {
    const { checkpoint, language, momentOf } = this.options;
    const say = reportWords[language];
    if (this.rows === 0) this.write(say.nothing, { size: 9 });
    if (this.y + 130 > this.bottom) this.addPage();
    this.y += 14;
    this.write(say.evidence, { font: "bold", size: 11 });
    this.write(say.evidenceText(checkpoint.seq), { size: 8.5 });
    for (const [label, value] of [
      [say.digest, checkpoint.digest],
      [say.keyId, checkpoint.keyId],
      [say.signature, checkpoint.signature],
      [say.signedAt, momentOf(Date.parse(checkpoint.signedAt))],
    ])
      this.write(`${label}: ${value}`, { size: 8 });
    this.write(say.pages(this.page), { size: 8 });
    this.doc.end();
  }

  /** What of the file is finished. */
  *written(): Generator<Uint8Array> {
    for (let piece = this.read(); piece !== null; piece = this.read()) yield piece;
  }
  async *rest(): AsyncGenerator<Uint8Array> {
    for await (const piece of this.doc) yield piece as Uint8Array;
  }
  private read(): Uint8Array | null {
    return (this.doc as unknown as NodeJS.ReadableStream).read() as unknown as Uint8Array | null;
  }

  private textOf(cell: ReportCell): string {
    if (cell === null) return "";
    const text = typeof cell === "object" ? this.options.momentOf(cell.at) : String(cell);
    return text.replaceAll(DIRECTIONS, "");
  }

  private addPage(): void {
    const { doc, table, options } = this;
    doc.addPage();
    this.page++;
    this.y = MARGIN;
    const at = doc.page.height - MARGIN - 8;
    const width = (this.right - MARGIN) / 2;
    doc.font("text").fontSize(7).fillColor(INK);
    const line = { width, height: 10, ellipsis: true, lineBreak: true };
    doc.text(`${options.firmName} · ${table.title} · ${table.subtitle}`.replaceAll(DIRECTIONS, ""), MARGIN, at, line);
    doc.text(reportWords[options.language].page(this.page), MARGIN + width, at, { ...line, align: "right" });
  }

  private drawHead(): void {
    const { doc } = this;
    doc.font("bold").fontSize(TEXT_SIZE);
    const heights = this.columns.map(({ title, width }) => doc.heightOfString(title, { width: width - 2 * PADDING }));
    doc.fillColor(INK);
    for (const { title, x, width } of this.columns)
      doc.text(title, x + PADDING, this.y + PADDING, { width: width - 2 * PADDING });
    this.y += Math.max(...heights) + 2 * PADDING;
    doc.moveTo(MARGIN, this.y).lineTo(this.right, this.y).lineWidth(1.2).strokeColor(this.color).stroke();
  }

  private write(
    text: string,
    { font = "text", size, width = this.right - MARGIN }: { font?: string; size: number; width?: number },
  ): void {
    const { doc } = this;
    const shown = text.replaceAll(DIRECTIONS, "");
    doc.font(font).fontSize(size).fillColor(INK);
    doc.text(shown, MARGIN, this.y, { width });
    this.y += doc.heightOfString(shown, { width }) + 3;
  }

  private drawLogo({ content, width, height }: { content: Buffer; width: number; height: number }): void {
    const size = fitInto({ width, height }, LOGO);
    try {
      this.doc.image(content, this.right - size.width, MARGIN, size);
    } catch {
      // A JPEG of a kind that the library does not know: the report goes without.
    }
  }

  private drawPicture(): void {
    const { picture } = this.table;
    if (picture === null) return;
    this.y += 6;
    if ("shares" in picture) this.drawShares(picture.shares);
    else this.drawLines(picture.lines);
  }

  private drawShares(shares: readonly [label: string, count: number][]): void {
    const { doc } = this;
    const whole = shares.reduce((sum, [, count]) => sum + count, 0);
    if (whole === 0) return;
    const width = 360;
    const [, first = 0] = shares[0] ?? [];
    doc.rect(MARGIN, this.y, width, 12).fill(PALE);
    if (first > 0) doc.rect(MARGIN, this.y, (width * first) / whole, 12).fill(this.color);
    this.y += 15;
    this.write(`${shares[0]?.[0] ?? ""}: ${Math.round((100 * first) / whole)} %`, { size: 8 });
  }

  private drawLines(lines: readonly [label: string, counts: number[]][]): void {
    const { doc } = this;
    const [width, height] = [this.right - MARGIN, 90];
    const most = Math.max(1, ...lines.flatMap(([, counts]) => counts));
    const colors = [PALE, this.color];
    lines.forEach(([, counts], n) => {
      const step = width / counts.length;
      counts.forEach((count, day) => {
        const tall = (height * count) / most;
        if (tall > 0)
          doc.rect(MARGIN + day * step, this.y + height - tall, Math.max(0.5, step * 0.9), tall).fill(colors[n] ?? INK);
      });
    });
    this.y += height + 3;
    lines.forEach(([label], n) => {
      doc.rect(MARGIN, this.y + 2, 8, 8).fill(colors[n] ?? INK);
      doc
        .font("text")
        .fontSize(8)
        .fillColor(INK)
        .text(`${label} (max. ${Math.max(0, ...(lines[n]?.[1] ?? []))})`, MARGIN + 12, this.y + 1);
      this.y += 12;
    });
  }
}
