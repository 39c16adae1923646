import type { Side } from "../../graphql/client.js";

/*
 * Several tabs of one browser share a session. These messages only make the other tabs check soon; the server makes sure that no tab acts
 * in another person's name.
 */
const channels = new Map<string, BroadcastChannel>();
/** One channel for each side; a page does not receive its own messages. */
function channelOf({ audience, firm }: Side): BroadcastChannel | undefined {
  const name = ["gatehouse", audience, ...(firm === null ? [] : [firm])].join("-");
  if (!channels.has(name) && "BroadcastChannel" in globalThis) channels.set(name, new BroadcastChannel(name));
  return channels.get(name);
}

/** Tells the browser's other tabs of this side who is signed in now; null: nobody. */
export function tellOtherTabs(side: Side, viewer: string | null): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches only its own origin.
  channelOf(side)?.postMessage(viewer);
}

/** Calls `onViewer` whenever another tab reports who is signed in, until the returned function is called. */
export function listenToOtherTabs(side: Side, onViewer: (viewer: unknown) => void): () => void {
  const channel = channelOf(side);
  const hear = ({ data }: MessageEvent<unknown>) => onViewer(data);
  channel?.addEventListener("message", hear);
  return () => channel?.removeEventListener("message", hear);
}
