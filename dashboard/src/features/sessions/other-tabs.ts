import type { Audience } from "../../graphql/client.js";

/*
 * Several tabs of one browser share a session. These messages only make them look again soon: that no tab acts in another person's name
 * is the server's to see to.
 */
const channels = new Map<Audience, BroadcastChannel>();
/** One for each side: a page does not hear itself. */
function channelOf(audience: Audience): BroadcastChannel | undefined {
  if (!channels.has(audience) && "BroadcastChannel" in globalThis)
    channels.set(audience, new BroadcastChannel(`gatehouse-${audience}`));
  return channels.get(audience);
}

/** Tells the browser's other tabs of this side who is signed in by now; null: nobody. */
export function tellOtherTabs(audience: Audience, viewer: string | null): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches its own origin alone.
  channelOf(audience)?.postMessage(viewer);
}

/** Calls `onTold` whenever another tab tells who is signed in, until the answer is called. */
export function listenToOtherTabs(audience: Audience, onTold: (viewer: unknown) => void): () => void {
  const channel = channelOf(audience);
  const hear = ({ data }: MessageEvent<unknown>) => onTold(data);
  channel?.addEventListener("message", hear);
  return () => channel?.removeEventListener("message", hear);
}
