import type { ReactNode } from "react";
import { Button } from "./button.js";
import { Actions, Dialog } from "./dialog.js";
import { Banner } from "./banner.js";

/** Asks for confirmation before something that is hard to undo; the body says what will happen. */
export function AlertDialog(props: {
  title: string;
  isOpen: boolean;
  onCancel: () => void;
  onConfirm: () => void;
  confirmLabel: string;
  cancelLabel?: string;
  isDanger?: boolean;
  isPending?: boolean;
  /** Why the last attempt failed. */
  error?: string | null;
  children: ReactNode;
}) {
  const { title, isOpen, onCancel, onConfirm, confirmLabel, children } = props;
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onCancel} role="alertdialog">
      <div className="flex flex-col gap-3 text-sm text-ink">{children}</div>
      {props.error && <Banner tone="danger">{props.error}</Banner>}
      <Actions>
        <Button onPress={onCancel}>{props.cancelLabel ?? "Cancel"}</Button>
        <Button look={props.isDanger ? "danger" : "primary"} onPress={onConfirm} isPending={props.isPending ?? false}>
          {confirmLabel}
        </Button>
      </Actions>
    </Dialog>
  );
}
