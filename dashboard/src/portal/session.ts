import { createContext, useContext } from "react";
import type { Language, SecurityMode } from "@gatehouse/shared";
import type { FirmBranding } from "../features/branding/brand-mark.js";

/** The data that every page of the portal has. */
export interface Portal {
  /** `twoFactorDueAt`: when the firm starts to require a second factor, while that is announced. */
  firm: {
    name: string;
    slug: string;
    mode: SecurityMode;
    twoFactorDueAt: string | null;
    branding: FirmBranding;
    clientLanguage: Language;
    timeZone: string;
  };
  isSignedIn: boolean;
  /** A session began or ended: everything is reloaded. */
  restart: () => void;
  /** The client signed in with a recovery code and is offered to set up a new phone. */
  offersNewPhone: boolean;
  setOffersNewPhone: (offers: boolean) => void;
}
export const PortalContext = createContext<Portal | null>(null);
/** The firm of this portal; only inside its pages. */
export function usePortal(): Portal {
  const portal = useContext(PortalContext);
  if (!portal) throw new Error("usePortal outside of the portal");
  return portal;
}
