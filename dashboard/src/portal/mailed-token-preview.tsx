import type { ReactNode } from "react";
import { useTokenPreview } from "../features/sign-in/use-token-preview.js";
import { sayError } from "../graphql/use-act.js";
import { Loading } from "../ui/spinner.js";
import { ErrorState } from "../ui/states.js";
import { PortalLink, type PortalPage } from "./address.js";
import { Frame } from "./frame.js";
import { usePortal } from "./session.js";

/** Looks at a mailed token, changing nothing, and shows the form for it, or that the link has had its day. */
export function MailedTokenPreview(props: {
  token: string | null;
  purpose: "CREATE_ACCOUNT" | "RESET_PASSWORD" | "CONFIRM_EMAIL" | "REPORT_NOT_ME";
  /** Where a new link can be had. */
  again: { page: PortalPage; label: string };
  children: (maskedEmail: string) => ReactNode;
}) {
  const { token, purpose, again, children } = props;
  const { firm } = usePortal();
  const { preview, isLoading, error, retry } = useTokenPreview(token);
  if (error)
    return (
      <main>
        <ErrorState message={sayError(error)} onRetry={retry} />
      </main>
    );
  if (isLoading)
    return (
      <main>
        <Loading label="Looking at your link" />
      </main>
    );
  if (preview?.purpose === purpose && preview.firm.slug === firm.slug) return children(preview.maskedEmail);
  return (
    <Frame
      firmName={firm.name}
      title="This link does not work any more"
      below={
        <PortalLink slug={firm.slug} page={again.page}>
          {again.label}
        </PortalLink>
      }
    >
      <p className="text-sm text-muted">
        It is too old or was used already. If you reloaded this page, open the link in your mail once more.
      </p>
    </Frame>
  );
}
