import type { ReactNode } from "react";
import { useTokenPreview } from "../../../features/mailed-tokens/use-token-preview.js";
import { sayError } from "../../../graphql/use-act.js";
import { useWords } from "../../../language/language-context.js";
import { Loading } from "../../../ui/spinner.js";
import { ErrorState } from "../../../ui/states.js";
import { PortalLink, type PortalPage } from "../../address.js";
import { Frame } from "../../frame.js";
import { usePortalWords } from "../../portal-language.js";
import { usePortal } from "../../session.js";

/** Checks a mailed token without changing anything, and shows its form, or that the link no longer works. */
export function MailedTokenPreview(props: {
  token: string | null;
  purpose: "CREATE_ACCOUNT" | "RESET_PASSWORD" | "CONFIRM_EMAIL" | "REPORT_NOT_ME";
  /** Where a new link can be requested. */
  again: { page: PortalPage; label: string };
  children: (maskedEmail: string) => ReactNode;
}) {
  const { token, purpose, again, children } = props;
  const { firm } = usePortal();
  const words = useWords();
  const { mailedLink: say } = usePortalWords();
  const { preview, isLoading, error, retry } = useTokenPreview(token);
  if (error)
    return (
      <main>
        <ErrorState message={sayError(error, words)} onRetry={retry} />
      </main>
    );
  if (isLoading)
    return (
      <main>
        <Loading label={say.looking} />
      </main>
    );
  if (preview?.purpose === purpose && preview.firm.slug === firm.slug) return children(preview.maskedEmail);
  return (
    <Frame
      firmName={firm.name}
      title={say.dead}
      below={
        <PortalLink slug={firm.slug} page={again.page}>
          {again.label}
        </PortalLink>
      }
    >
      <p className="text-sm text-muted">{say.deadWhy}</p>
    </Frame>
  );
}
