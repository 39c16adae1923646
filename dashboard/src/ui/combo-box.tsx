import {
  Button,
  ComboBox as AriaComboBox,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
} from "react-aria-components";
import { itemClass } from "./classes.js";
import { ReadOut } from "./read-out.js";
import { errorClass, labelClass } from "./text-field.js";

export interface Suggestion {
  id: string;
  label: string;
  /** Distinguishes it from others with the same name. */
  hint?: string | null;
}

/** One of many values, found by typing; the caller provides the suggestions. */
export function ComboBox(props: {
  label: string;
  placeholder?: string;
  suggestions: readonly Suggestion[];
  typed: string;
  onType: (text: string) => void;
  /** Null: the field was cleared. */
  onChoose: (id: string | null) => void;
  /** The suggestion that `typed` is, if it is one: once chosen, the list closes. */
  chosen?: string | null;
  /** What the list says if nothing is found. */
  empty?: string;
  error?: string | null;
  isDisabled?: boolean;
}) {
  const {
    label,
    placeholder,
    suggestions,
    typed,
    onType,
    onChoose,
    chosen = null,
    empty = "Nobody found.",
    error,
    isDisabled = false,
  } = props;
  return (
    <AriaComboBox
      items={suggestions}
      inputValue={typed}
      onInputChange={(text) => {
        onType(text);
        if (text === "") onChoose(null);
      }}
      onChange={(id) => {
        if (id !== null) onChoose(String(id));
      }}
      value={chosen}
      allowsEmptyCollection
      allowsCustomValue
      isDisabled={isDisabled}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      className="flex min-w-0 flex-col gap-1"
    >
      <Label className={labelClass}>{label}</Label>
      <div className="relative">
        <Input placeholder={placeholder} className="field-box pr-9" />
        {typed !== "" && !isDisabled && (
          <Button
            slot={null}
            aria-label={`Clear ${label}`}
            onPress={() => {
              onType("");
              onChoose(null);
            }}
            className="absolute inset-y-0 right-0 flex w-9 cursor-pointer items-center justify-center rounded-md text-muted hover:text-ink"
          >
            <svg viewBox="0 0 16 16" aria-hidden="true" className="size-4 fill-none stroke-current">
              <path d="M4 4l8 8M12 4l-8 8" strokeWidth="1.5" strokeLinecap="round" />
            </svg>
          </Button>
        )}
      </div>
      <ReadOut>
        <FieldError className={errorClass}>{error}</FieldError>
      </ReadOut>
      <Popover className="w-(--trigger-width) min-w-56 rounded-md border border-line bg-surface p-1 shadow-lg">
        <ListBox<Suggestion>
          className="max-h-80 overflow-auto outline-none"
          renderEmptyState={() => <p className="px-3 py-2 text-sm text-muted">{empty}</p>}
        >
          {({ id, label: name, hint }) => (
            <ListBoxItem id={id} textValue={name} className={itemClass}>
              <span className="block">{name}</span>
              {hint && <span className="block text-xs text-muted">{hint}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}
