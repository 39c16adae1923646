import { useState } from "react";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";

/** A secret that is shown only once, with a button to copy it. */
export function ShownOnce(props: { label: string; secret: string; onDone: () => void }) {
  const [copyNotice, setCopyNotice] = useState("");
  const copy = () =>
    navigator.clipboard.writeText(props.secret).then(
      () => setCopyNotice("Copied."),
      () => setCopyNotice("Your browser does not allow copying here. Select the text instead."),
    );
  return (
    <div className="flex flex-col gap-4">
      <Banner tone="info">Copy it now. It will not be shown again.</Banner>
      <code
        aria-label={props.label}
        translate="no"
        className="rounded-md bg-sunken p-3 font-mono text-sm break-all select-all"
      >
        {props.secret}
      </code>
      <div className="flex flex-wrap items-center gap-2">
        <Button onPress={() => void copy()}>Copy</Button>
        <span aria-live="polite" className="text-sm text-muted">
          {copyNotice}
        </span>
      </div>
      <Button look="primary" onPress={props.onDone}>
        I have saved it
      </Button>
    </div>
  );
}
