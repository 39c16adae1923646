import { fitInto, logoLimits, logoTypeRefusal, readLogo, withoutPngMetadata } from "@gatehouse/shared";

/** A logo that was chosen but not saved yet. */
export interface ChosenLogo {
  contentType: string;
  /** Base64. */
  data: string;
  width: number;
  height: number;
}

/** A larger file would only keep the browser busy. */
const FILE_LIMIT = 20_000_000;
const SMALLER = 0.8;

/**
 * Turns a file into a logo: redraws it at the size that is needed, as PNG, which every mail program shows. Anything else in the file,
 * such as where a photo was taken, is left out.
 */
export async function logoIn(file: File): Promise<ChosenLogo | { refusal: string }> {
  const wrongType = logoTypeRefusal(file.type);
  if (wrongType !== null) return { refusal: wrongType };
  if (file.size > FILE_LIMIT) return { refusal: "The file is larger than 20 MB. Make it smaller and try again." };
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return { refusal: "This browser cannot read the picture. Save it as PNG and try again." };
  }
  try {
    let most: { width: number; height: number } = { width: logoLimits.uploadWidth, height: logoLimits.uploadHeight };
    for (;;) {
      const bytes = await draw(picture, fitInto(picture, most));
      const facts = readLogo(bytes);
      if (!("refusal" in facts))
        return { contentType: facts.type, width: facts.width, height: facts.height, data: base64Of(bytes) };
      // A photo needs more bytes than a drawing.
      if (bytes.length <= logoLimits.bytes || most.height * SMALLER < 1) return facts;
      most = { width: most.width * SMALLER, height: most.height * SMALLER };
    }
  } finally {
    picture.close();
  }
}

async function draw(picture: ImageBitmap, { width, height }: { width: number; height: number }): Promise<Uint8Array> {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser has no canvas");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("the canvas returned no picture");
  return withoutPngMetadata(new Uint8Array(await blob.arrayBuffer()));
}

const base64Of = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
