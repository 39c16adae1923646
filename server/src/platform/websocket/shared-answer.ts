import * as ws from "ws";

/** Public in ws, and missing from its types: the parts of a frame as a server writes it. */
const { Sender } = ws as unknown as { Sender: { frame(payload: Buffer, options: object): Buffer[] } };
/** One whole text message, neither masked nor compressed (RFC 6455 5.2). */
const WHOLE_TEXT = { fin: true, opcode: 1, mask: false, readOnly: true, rsv1: false };

/**
 * What the subscribers of one operation are told of one event. Their messages differ in the subscription's id alone, so the answer
 * is encoded once, and the frame of an id once for all who chose the same.
 */
export class SharedAnswer {
  private readonly payload: Buffer;
  private readonly frames = new Map<string, Buffer>();

  constructor(answer: object) {
    this.payload = Buffer.from(`,"type":"next","payload":${JSON.stringify(answer)}}`);
  }

  /** The frame of the message to the subscription with that id. */
  frame(id: string): Buffer {
    let frame = this.frames.get(id);
    if (!frame) {
      const message = Buffer.concat([Buffer.from(`{"id":${JSON.stringify(id)}`), this.payload]);
      this.frames.set(id, (frame = Buffer.concat(Sender.frame(message, WHOLE_TEXT))));
    }
    return frame;
  }
}
