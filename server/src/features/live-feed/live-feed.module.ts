import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { LiveFeed } from "./live-feed.js";
import { LiveFeedResolver } from "./live-feed.resolver.js";
import type { WakeChannel } from "./wake-channel.js";

interface LiveFeedModuleNeeds {
  liveFeed: LiveFeed;
  wakeChannel: WakeChannel | null;
}

export function liveFeedModule(_platform: Platform, { liveFeed, wakeChannel }: LiveFeedModuleNeeds) {
  return {
    resolvers: [new LiveFeedResolver()],
    onEvents: (firmIds) => {
      liveFeed.wake(firmIds);
      wakeChannel?.publish(firmIds);
    },
  } satisfies FeatureModule;
}
