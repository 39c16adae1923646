import { useState } from "react";
import { Button } from "../../../ui/button.js";
import { Checkbox } from "../../../ui/checkbox.js";
import type { ContactRow } from "./contact-row.fragment.js";
import { InviteDialog } from "./invite-button.js";

/** The selected rows, including those that a later search hides. */
export type Selection = ReadonlyMap<string, ContactRow>;

/** Selects the rows that are shown, clears the selection, and invites the selected contacts. */
export function SelectionBar(props: {
  shown: readonly ContactRow[];
  selection: Selection;
  onChange: (selection: Selection) => void;
}) {
  const { shown, selection, onChange } = props;
  const [isInviting, setInviting] = useState(false);
  const chosen = shown.filter(({ id }) => selection.has(id)).length;
  const isAll = chosen === shown.length;
  const toggleAll = () => {
    const next = new Map(selection);
    for (const row of shown)
      if (isAll) next.delete(row.id);
      else next.set(row.id, row);
    onChange(next);
  };
  const clear = () => onChange(new Map());
  return (
    <section
      aria-label="Selection"
      className="sticky top-0 z-10 flex min-h-14 flex-wrap items-center gap-x-4 gap-y-2 rounded-t-xl border-b border-line bg-surface px-5 py-2 text-sm"
    >
      <Checkbox isSelected={isAll} isIndeterminate={chosen > 0 && !isAll} onChange={toggleAll}>
        {shown.length === 1 ? "Select the one shown" : `Select all ${shown.length} shown`}
      </Checkbox>
      <p aria-live="polite" className="text-muted empty:hidden">
        {selection.size > 0 && `${selection.size} selected`}
      </p>
      {selection.size > 0 && (
        <div className="flex flex-wrap gap-2 sm:ml-auto">
          <Button size="small" look="quiet" onPress={clear}>
            Clear
          </Button>
          <Button size="small" look="primary" onPress={() => setInviting(true)}>
            Invite selected
          </Button>
        </div>
      )}
      {isInviting && (
        <InviteDialog
          contacts={[...selection.values()]}
          onClose={(isSent) => {
            setInviting(false);
            if (isSent) clear();
          }}
        />
      )}
    </section>
  );
}
