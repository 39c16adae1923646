import type { ReactNode } from "react";

/** Around a field's error, and there before it is: what appears inside is read out (WCAG 2.2, 4.1.3). Empty, it takes no room. */
export const ReadOut = ({ children }: { children: ReactNode }) => (
  <div aria-live="assertive" className="empty:-mt-1">
    {children}
  </div>
);
