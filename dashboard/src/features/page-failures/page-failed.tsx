import { useEffect, useRef } from "react";
import { useWords } from "../../language/language-context.js";
import { Button } from "../../ui/button.js";

/** Says that a page has stopped working, and offers to load it again. */
export function PageFailed({ wasTranslated, onAgain }: { wasTranslated: boolean; onAgain: () => void }) {
  const { ui } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div role="alert" className="flex flex-col items-center gap-3 px-6 py-10 text-center">
      <h1 ref={heading} tabIndex={-1} className="font-medium text-ink outline-none">
        {ui.failed}
      </h1>
      <p className="max-w-md text-sm text-muted">{ui.failedWhy}</p>
      {wasTranslated && <p className="max-w-md text-sm text-muted">{ui.failedTranslated}</p>}
      <Button look="primary" onPress={onAgain}>
        {ui.loadAgain}
      </Button>
    </div>
  );
}
