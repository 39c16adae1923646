import { createContext, useContext } from "react";

/** Asks the person to prove who is at the keyboard; true once proven, false if they cancel. */
export type AskStepUp = () => Promise<boolean>;
export const StepUpContext = createContext<AskStepUp>(() => Promise.resolve(false));
export const useStepUp = (): AskStepUp => useContext(StepUpContext);
