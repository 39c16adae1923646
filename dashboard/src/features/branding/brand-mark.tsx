import { shownLogoSize } from "@gatehouse/shared";
import { classes } from "../../ui/classes.js";

/** The look of a firm's portal, as the API returns it. */
export interface FirmBranding {
  color: string | null;
  logoUrl: string | null;
  logoWidth: number | null;
  logoHeight: number | null;
}

/** The firm's logo, or its name if it has no logo. */
export function BrandMark(props: { firmName: string; branding: FirmBranding | undefined; size: "large" | "small" }) {
  const { firmName, branding, size } = props;
  const look = size === "large" ? "text-2xl" : "text-xl";
  const { logoUrl, logoWidth: width, logoHeight: height } = branding ?? {};
  if (!logoUrl || !width || !height)
    return (
      <p translate="no" className={classes(look, "font-semibold break-words text-ink")}>
        {firmName}
      </p>
    );
  const shown = shownLogoSize({ width, height });
  return (
    <p className={classes(look, "font-semibold text-ink")}>
      <img
        src={logoUrl}
        alt={firmName}
        width={shown.width}
        height={shown.height}
        className={classes(
          "h-auto max-w-full rounded-xs bg-logo-plate ring-6 ring-logo-plate",
          // Room for the plate, which extends beyond the picture.
          size === "small" && "my-1.5 max-h-12 w-auto",
        )}
      />
    </p>
  );
}
