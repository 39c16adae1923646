import { useId } from "react";
import { DropZone, FileTrigger, Text } from "react-aria-components";
import { Button } from "./button.js";
import { wrongMark } from "./form.js";
import { errorClass } from "./text-field.js";

/** Takes one file, dropped, pasted or chosen. */
export function FileDrop(props: {
  label: string;
  /** The types and file extensions that the file picker offers. */
  accept: readonly string[];
  onFile: (file: File) => void;
  error?: string | null;
}) {
  const { label, accept, onFile, error } = props;
  const id = useId();
  return (
    <DropZone
      onDrop={({ items }) => {
        const item = items.find((candidate) => candidate.kind === "file");
        if (item) void item.getFile().then(onFile);
      }}
      className="flex flex-col items-center gap-3 rounded-lg border-2 border-dashed border-line-strong px-6 py-10 text-center data-drop-target:border-accent-text data-drop-target:bg-accent-soft data-focus-visible:outline-2"
    >
      <Text slot="label" className="text-sm text-muted">
        {label}
      </Text>
      <FileTrigger
        acceptedFileTypes={accept}
        onSelect={(files) => {
          const file = files?.[0];
          if (file) onFile(file);
        }}
      >
        <Button {...(error ? { ...wrongMark, "aria-describedby": id } : {})}>Choose a file</Button>
      </FileTrigger>
      {/* There before the text is, which is then read out. */}
      <div id={id} aria-live="assertive" className={errorClass}>
        {error}
      </div>
    </DropZone>
  );
}
