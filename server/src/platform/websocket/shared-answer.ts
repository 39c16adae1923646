import * as ws from "ws";

/** Public in ws, but missing from its types: encodes a frame as a server writes it. */
const { Sender } = ws as unknown as { Sender: { frame(payload: Buffer, options: object): Buffer[] } };
/** One complete text message, neither masked nor compressed (RFC 6455 5.2). */
const WHOLE_TEXT = { fin: true, opcode: 1, mask: false, readOnly: true, rsv1: false };

/**
 * The message that the subscribers of one operation receive for one event. Their messages differ only in the
 * subscription's id, so the answer is encoded once, and the frame once for each id in use.
 */
export class SharedAnswer {
  private readonly payload: Buffer;
  private readonly frames = new Map<string, Buffer>();

  constructor(answer: object) {
    this.payload = Buffer.from(`,"type":"next","payload":${JSON.stringify(answer)}}`);
  }

  /** The frame of the message to the subscription with this id. */
  frame(id: string): Buffer {
    let frame = this.frames.get(id);
    if (!frame) {
      const message = Buffer.concat([Buffer.from(`{"id":${JSON.stringify(id)}`), this.payload]);
      this.frames.set(id, (frame = Buffer.concat(Sender.frame(message, WHOLE_TEXT))));
    }
    return frame;
  }
}
