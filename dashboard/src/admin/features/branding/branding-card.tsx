import { useState } from "react";
import { useQuery } from "urql";
import { brandColors, logoLimits, logoTypes, readHexColor } from "@gatehouse/shared";
import type { FirmBranding } from "../../../features/branding/brand-mark.js";
import { graphql, type ResultOf } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, sayError, useAct } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Form } from "../../../ui/form.js";
import { Card } from "../../../ui/card.js";
import { FileDrop } from "../../../ui/file-drop.js";
import { useNotify } from "../../../ui/notices.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { ErrorState } from "../../../ui/states.js";
import { TextField, labelClass } from "../../../ui/text-field.js";
import { useTeamSession } from "../../session.js";
import { BrandingPreview } from "./branding-preview.js";
import { logoIn, type ChosenLogo } from "./logo-file.js";

const BrandingCard_firm = graphql(`
  query BrandingCard_firm {
    firm {
      id
      name
      branding {
        color
        logoUrl
        logoWidth
        logoHeight
      }
    }
  }
`);
const BrandingCard_save = graphql(
  `
    mutation BrandingCard_save($input: UpdateBrandingInput!) {
      updateBranding(input: $input) {
        firm {
          id
          branding {
            color
            logoUrl
            logoWidth
            logoHeight
          }
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
type Firm = ResultOf<typeof BrandingCard_firm>["firm"];

/** Settings > Client Portal > Branding: the firm's color and logo for everything that its clients see. */
export function BrandingCard() {
  const [{ data, error }, again] = useQuery({ query: BrandingCard_firm, requestPolicy: "cache-and-network" });
  return (
    <Card title="Branding" intro="Your color and logo, on the client portal and in mails to clients.">
      {data ? (
        // A saved change resets the form.
        <BrandingForm key={`${data.firm.branding.color} ${data.firm.branding.logoUrl}`} firm={data.firm} />
      ) : error ? (
        <ErrorState message={sayError(error)} onRetry={() => again({ requestPolicy: "network-only" })} />
      ) : (
        <Skeleton lines={6} />
      )}
    </Card>
  );
}

function BrandingForm({ firm }: { firm: Firm }) {
  const { branding } = firm;
  const { mayWrite } = useTeamSession();
  const notify = useNotify();
  const { act, isPending, problems } = useAct(BrandingCard_save);
  const [typed, setTyped] = useState(branding.color ?? "");
  /** Undefined: the saved logo. */
  const [logo, setLogo] = useState<ChosenLogo | null | undefined>(undefined);
  const [refusal, setRefusal] = useState<string | null>(null);
  const color = readHexColor(typed);
  const isColor = typed.trim() === "" || color !== null;
  const shown: FirmBranding = { ...branding, ...(logo === undefined ? {} : pictureOf(logo)), color };
  const choose = async (file: File) => {
    const chosen = await logoIn(file);
    if ("refusal" in chosen) return setRefusal(chosen.refusal);
    setRefusal(null);
    setLogo(chosen);
  };
  const submit = async () => {
    const picture = logo && { contentType: logo.contentType, data: logo.data };
    const { payload } = await act({ input: { color, ...(picture === undefined ? {} : { logo: picture }) } });
    if (payload) notify({ tone: "success", text: "Branding applied. Your clients can see it now." });
  };
  const isChanged = color !== branding.color || logo !== undefined;
  const logoProblem = refusal ?? problemOf(problems, "logo");
  const other = otherProblems(problems, "color", "logo");
  return (
    <Form onSubmit={submit} className="flex flex-col gap-6">
      <div className="flex flex-col gap-3">
        <div className="flex flex-wrap items-start gap-3">
          <TextField
            label="Color"
            value={typed}
            onChange={setTyped}
            placeholder="#0b5f4e"
            hint="# and six digits. Leave empty for the default color."
            error={isColor ? problemOf(problems, "color") : "Enter the color as # and six digits, like #0b5f4e."}
            isDisabled={!mayWrite}
          />
          <label className="flex flex-col gap-1">
            <span className={labelClass}>Pick a color</span>
            <input
              type="color"
              value={color ?? "#0b5f4e"}
              onChange={(event) => setTyped(event.target.value)}
              disabled={!mayWrite}
              className="h-10 w-16 cursor-pointer rounded-md border border-line-strong bg-surface p-1 disabled:cursor-not-allowed disabled:opacity-60"
            />
          </label>
          {mayWrite && typed !== "" && (
            <div className="pt-6">
              <Button onPress={() => setTyped("")}>Remove the color</Button>
            </div>
          )}
        </div>
        {color !== null && <Readability color={color} />}
      </div>
      <div className="flex flex-col gap-3">
        <p className={labelClass}>Logo</p>
        {mayWrite && (
          <FileDrop
            label={`PNG, JPEG or WebP. ${logoLimits.uploadWidth} × ${logoLimits.uploadHeight} pixels work best; larger pictures are scaled down. SVG files are not accepted, because they can contain scripts.`}
            accept={logoTypes}
            onFile={(file) => void choose(file)}
            error={logoProblem}
          />
        )}
        {shown.logoUrl === null ? (
          <p className="text-sm text-muted">Without a logo, your clients see your firm’s name.</p>
        ) : (
          mayWrite && (
            <div>
              <Button onPress={() => setLogo(null)}>Remove the logo</Button>
            </div>
          )
        )}
      </div>
      <section aria-label="Preview" className="flex flex-col gap-3">
        <h3 className={labelClass}>Preview</h3>
        <BrandingPreview firmName={firm.name} branding={shown} />
      </section>
      {other && <Banner tone="danger">{other}</Banner>}
      <div className="flex justify-end">
        <Button type="submit" look="primary" isPending={isPending} isDisabled={!mayWrite || !isColor || !isChanged}>
          Apply branding
        </Button>
      </div>
    </Form>
  );
}

const pictureOf = (logo: ChosenLogo | null) => ({
  logoUrl: logo && `data:${logo.contentType};base64,${logo.data}`,
  logoWidth: logo?.width ?? null,
  logoHeight: logo?.height ?? null,
});

/** How the color is adjusted so that everyone can read it. */
function Readability({ color }: { color: string }) {
  const { light, dark } = brandColors(color);
  const changes = [
    light.accentText !== color && "we darken it a little on white",
    dark.accentText !== color && "we lighten it a little on dark pages",
  ].filter(Boolean);
  return (
    <div className="flex flex-col gap-2 text-sm">
      <output className="text-muted">
        {changes.length === 0
          ? "Your color is readable everywhere as it is."
          : `Buttons have your exact color. For links and text, ${changes.join(" and ")} so that it is easy to read.`}
      </output>
      <ul aria-label="Colors" className="flex flex-wrap gap-x-6 gap-y-2">
        <Swatch name="Your color" color={color} />
        <Swatch name="Text on white" color={light.accentText} />
        <Swatch name="Text on dark" color={dark.accentText} />
      </ul>
    </div>
  );
}

function Swatch({ name, color }: { name: string; color: string }) {
  return (
    <li className="flex items-center gap-2 text-ink">
      <span
        aria-hidden="true"
        style={{ backgroundColor: color }}
        className="inline-block size-6 rounded border border-line-strong"
      />
      {name}{" "}
      <code translate="no" className="font-mono text-muted">
        {color}
      </code>
    </li>
  );
}
