import type { Audience } from "../../graphql/client.js";

/*
 * Several tabs of one browser share a session. These messages only make the other tabs check soon; the server makes sure that no tab acts
 * in another person's name.
 */
const channels = new Map<Audience, BroadcastChannel>();
/** One channel for each side; a page does not receive its own messages. */
function channelOf(audience: Audience): BroadcastChannel | undefined {
  if (!channels.has(audience) && "BroadcastChannel" in globalThis)
    channels.set(audience, new BroadcastChannel(`gatehouse-${audience}`));
  return channels.get(audience);
}

/** Tells the browser's other tabs of this side who is signed in now; null: nobody. */
export function tellOtherTabs(audience: Audience, viewer: string | null): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches only its own origin.
  channelOf(audience)?.postMessage(viewer);
}

/** Calls `onViewer` whenever another tab reports who is signed in, until the returned function is called. */
export function listenToOtherTabs(audience: Audience, onViewer: (viewer: unknown) => void): () => void {
  const channel = channelOf(audience);
  const hear = ({ data }: MessageEvent<unknown>) => onViewer(data);
  channel?.addEventListener("message", hear);
  return () => channel?.removeEventListener("message", hear);
}
