import { useState } from "react";
import { useWords } from "../../language/language-context.js";
import { Banner } from "../../ui/banner.js";
import { Button } from "../../ui/button.js";
import { Checkbox } from "../../ui/checkbox.js";
import { saveFile } from "../../ui/save-file.js";

/** Recovery codes, shown only once: to copy, download or print. The person can continue only after confirming that they are saved. */
export function RecoveryCodesPanel(props: { codes: readonly string[]; onSaved: () => void; fileName?: string }) {
  const { twoFactor: say, ui } = useWords();
  const { codes, onSaved, fileName = say.fileName } = props;
  const [isSaved, setSaved] = useState(false);
  const [saveNotice, setSaveNotice] = useState("");
  const copy = () =>
    navigator.clipboard.writeText(codes.join("\n")).then(
      () => setSaveNotice(say.copied),
      () => setSaveNotice(say.notCopied),
    );
  const download = () => {
    saveFile(new Blob([`${codes.join("\n")}\n`], { type: "text/plain" }), fileName);
    setSaveNotice(say.downloaded);
  };
  return (
    <div className="flex flex-col gap-4">
      <Banner tone="info">{say.saveCodes}</Banner>
      <ol
        aria-label={say.recoveryCodes}
        translate="no"
        className="grid gap-2 rounded-md bg-sunken p-4 font-mono text-sm sm:grid-cols-2"
      >
        {codes.map((code) => (
          <li key={code} className="select-all">
            {code}
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap items-center gap-2 print:hidden">
        <Button onPress={() => void copy()}>{say.copy}</Button>
        <Button onPress={download}>{say.download}</Button>
        <Button onPress={() => globalThis.print()}>{say.print}</Button>
        <span aria-live="polite" className="text-sm text-muted">
          {saveNotice}
        </span>
      </div>
      <Checkbox isSelected={isSaved} onChange={setSaved}>
        {say.saved}
      </Checkbox>
      <Button look="primary" isDisabled={!isSaved} onPress={onSaved}>
        {ui.continue}
      </Button>
    </div>
  );
}
