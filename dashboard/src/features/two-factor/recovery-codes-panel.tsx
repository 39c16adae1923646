import { useState } from "react";
import { Banner } from "../../ui/banner.js";
import { Button } from "../../ui/button.js";
import { Checkbox } from "../../ui/checkbox.js";
import { saveFile } from "../../ui/save-file.js";

/** Recovery codes, shown this once: copy, download, print, and on only when they are saved. */
export function RecoveryCodesPanel(props: { codes: readonly string[]; onSaved: () => void; fileName?: string }) {
  const { codes, onSaved, fileName = "recovery-codes.txt" } = props;
  const [isSaved, setSaved] = useState(false);
  const [said, setSaid] = useState("");
  const copy = () =>
    navigator.clipboard.writeText(codes.join("\n")).then(
      () => setSaid("Copied."),
      () => setSaid("Copying is not allowed here; select the codes instead."),
    );
  const download = () => {
    saveFile(new Blob([`${codes.join("\n")}\n`], { type: "text/plain" }), fileName);
    setSaid("Downloaded.");
  };
  return (
    <div className="flex flex-col gap-4">
      <Banner tone="info">
        Save these codes now; they are shown this once. Each lets you in one time if your phone is lost.
      </Banner>
      <ol aria-label="Recovery codes" className="grid gap-2 rounded-md bg-sunken p-4 font-mono text-sm sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code} className="select-all">
            {code}
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap items-center gap-2 print:hidden">
        <Button onPress={() => void copy()}>Copy</Button>
        <Button onPress={download}>Download</Button>
        <Button onPress={() => globalThis.print()}>Print</Button>
        <span aria-live="polite" className="text-sm text-muted">
          {said}
        </span>
      </div>
      <Checkbox isSelected={isSaved} onChange={setSaved}>
        I saved them
      </Checkbox>
      <Button look="primary" isDisabled={!isSaved} onPress={onSaved}>
        Continue
      </Button>
    </div>
  );
}
