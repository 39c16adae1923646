import type { ReactNode } from "react";
import { brandColors, type ColorScheme } from "@gatehouse/shared";
import { BrandMark, type FirmBranding } from "../../../features/branding/brand-mark.js";
import { schemeVariables } from "../../../features/branding/brand-style.js";
import { FrameSheet } from "../../../portal/frame.js";
import { Button } from "../../../ui/button.js";
import { TextField } from "../../../ui/text-field.js";

const schemes: readonly ColorScheme[] = ["light", "dark"];

/** The sign-in page and the top of a mail with this branding, built from the portal's own parts, in light and dark mode. */
export function BrandingPreview({ firmName, branding }: { firmName: string; branding: FirmBranding }) {
  const mark = <BrandMark firmName={firmName} branding={branding} size="large" />;
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      {schemes.map((scheme) => (
        <Picture key={scheme} what="Sign-in page" scheme={scheme} color={branding.color}>
          {mark}
          <FrameSheet>
            <p className="text-xl font-semibold text-ink">Sign in</p>
            <TextField label="Email" value="" isReadOnly />
            <Button look="primary" wide>
              Sign in
            </Button>
          </FrameSheet>
          <p className="text-sm">
            <span className="link">Forgot your password?</span>
          </p>
        </Picture>
      ))}
      {schemes.map((scheme) => (
        <Picture key={scheme} what="Mail to a client" scheme={scheme} color={branding.color}>
          <div className="flex flex-col items-start gap-4 bg-surface p-5">
            {mark}
            <p>Hello Maya Fields,</p>
            <Button look="primary">Open the request</Button>
          </div>
        </Picture>
      ))}
    </div>
  );
}

/** Only a picture: nothing in it can be focused or is read out. */
function Picture(props: { what: string; scheme: ColorScheme; color: string | null; children: ReactNode }) {
  const { what, scheme, color, children } = props;
  const style = { colorScheme: scheme, ...schemeVariables(scheme, color === null ? null : brandColors(color)[scheme]) };
  return (
    <figure className="flex min-w-0 flex-col gap-2">
      <figcaption className="text-sm text-muted">
        {what}, {scheme}
      </figcaption>
      <div inert aria-hidden="true" className="h-full rounded-lg border border-line">
        <div style={style} className="flex h-full flex-col gap-4 rounded-lg bg-canvas p-5 text-ink">
          {children}
        </div>
      </div>
    </figure>
  );
}
