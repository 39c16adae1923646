import { useState } from "react";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";

/** A secret that is shown this once, with a button to copy it. */
export function ShownOnce(props: { label: string; secret: string; onDone: () => void }) {
  const [said, setSaid] = useState("");
  const copy = () =>
    navigator.clipboard.writeText(props.secret).then(
      () => setSaid("Copied."),
      () => setSaid("Copying is not allowed here; select it instead."),
    );
  return (
    <div className="flex flex-col gap-4">
      <Banner tone="info">Copy it now: it is shown this once, and only its hash is kept.</Banner>
      <code aria-label={props.label} className="rounded-md bg-sunken p-3 font-mono text-sm break-all select-all">
        {props.secret}
      </code>
      <div className="flex flex-wrap items-center gap-2">
        <Button onPress={() => void copy()}>Copy</Button>
        <span aria-live="polite" className="text-sm text-muted">
          {said}
        </span>
      </div>
      <Button look="primary" onPress={props.onDone}>
        I saved it
      </Button>
    </div>
  );
}
