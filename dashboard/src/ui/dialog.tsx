import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";

/**
 * A dialog over the page. Escape and a click outside close it, unless `isPersistent`: then only its own buttons do (recovery codes are
 * shown only once).
 */
export function Dialog(props: {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  role?: "dialog" | "alertdialog";
  isPersistent?: boolean;
  width?: "narrow" | "wide";
  children: ReactNode;
}) {
  const { title, isOpen, onClose, role = "dialog", isPersistent = false, width = "narrow", children } = props;
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      isDismissable={!isPersistent && role === "dialog"}
      isKeyboardDismissDisabled={isPersistent}
      className="fixed inset-0 z-40 flex items-end justify-center overflow-y-auto bg-black/50 sm:items-center sm:p-6"
    >
      <Modal
        className={
          width === "wide"
            ? "max-h-dvh w-full max-w-2xl overflow-y-auto rounded-t-xl bg-surface shadow-xl sm:rounded-xl"
            : "max-h-dvh w-full max-w-md overflow-y-auto rounded-t-xl bg-surface shadow-xl sm:rounded-xl"
        }
      >
        <AriaDialog role={role} className="flex flex-col gap-4 p-5 outline-none sm:p-6">
          <Heading slot="title" className="text-lg font-semibold text-ink">
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** The row of buttons at the end of a dialog or form; the main one comes last, on the right. */
export function Actions({ children }: { children: ReactNode }) {
  return <div className="flex flex-col-reverse gap-2 pt-1 sm:flex-row sm:justify-end">{children}</div>;
}
