import { useCallback, type ReactNode } from "react";
import { BrandMark } from "../features/branding/brand-mark.js";
import { useSignOut } from "../features/sessions/use-sign-out.js";
import { Button } from "../ui/button.js";
import { goTo, PortalLink } from "./address.js";
import { useTitle } from "./frame.js";
import { LanguageSwitch } from "./language-switch.js";
import { NewPhoneOffer } from "./features/two-factor/new-phone-offer.js";
import { usePortalWords } from "./portal-language.js";
import { usePortal } from "./session.js";

/** The frame of the signed-in pages: the firm's logo or name, the navigation, and signing out. The title takes the focus, so that it is read out. */
export function Shell(props: { title: string; email: string; hasAccount: boolean; children: ReactNode }) {
  const { title, email, hasAccount, children } = props;
  const { firm } = usePortal();
  const { slug } = firm;
  const { signOut, isPending } = useSignOut(
    { audience: "portal", firm: slug },
    useCallback(() => goTo(slug, ""), [slug]),
  );
  const say = usePortalWords();
  const heading = useTitle(`${title} · ${firm.name}`);
  return (
    <div className="mx-auto flex min-h-dvh max-w-2xl flex-col gap-6 p-5">
      <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line pb-4">
        <div className="min-w-0">
          <BrandMark firmName={firm.name} branding={firm.branding} size="small" />
          <p translate="no" className="text-sm break-all text-muted">
            {email}
          </p>
        </div>
        <div className="flex flex-col items-start gap-2 sm:items-end">
          <nav aria-label={say.pages} className="flex flex-wrap items-center gap-4">
            <PortalLink slug={firm.slug} page="">
              {say.requests}
            </PortalLink>
            {hasAccount && (
              <PortalLink slug={firm.slug} page="account">
                {say.account}
              </PortalLink>
            )}
            <Button size="small" isPending={isPending} onPress={() => void signOut()}>
              {say.signOut}
            </Button>
          </nav>
          <LanguageSwitch />
        </div>
      </header>
      <main className="flex flex-col gap-6">
        <h1 ref={heading} tabIndex={-1} className="text-2xl font-semibold break-words text-ink outline-none">
          {title}
        </h1>
        {hasAccount && <NewPhoneOffer />}
        {children}
      </main>
    </div>
  );
}
