import type { ReactNode } from "react";
import { useWords } from "../language/language-context.js";
import { Button } from "./button.js";

/** Says that there is nothing to show, and what to do about it. */
export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-10 text-center">
      <p className="font-medium text-ink">{title}</p>
      {children && <div className="max-w-md text-sm text-muted">{children}</div>}
      {action && <div className="pt-2">{action}</div>}
    </div>
  );
}

/** Says that something could not be loaded. */
export function ErrorState({ message, onRetry }: { message: string; onRetry?: () => void }) {
  const { ui } = useWords();
  return (
    <div role="alert" className="flex flex-col items-center gap-3 px-6 py-10 text-center">
      <p className="font-medium text-ink">{ui.notLoaded}</p>
      <p className="max-w-md text-sm text-muted">{message}</p>
      {onRetry && <Button onPress={onRetry}>{ui.tryAgain}</Button>}
    </div>
  );
}
