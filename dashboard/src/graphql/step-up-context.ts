import { createContext, useContext } from "react";

/** Asks who is at the keyboard; true once proven, false when given up. */
export type AskStepUp = () => Promise<boolean>;
export const StepUpContext = createContext<AskStepUp>(() => Promise.resolve(false));
export const useStepUp = (): AskStepUp => useContext(StepUpContext);
