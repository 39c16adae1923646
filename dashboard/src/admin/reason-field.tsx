import type { ComponentProps } from "react";
import { TextField } from "../ui/text-field.js";

/** Asks why somebody does what cannot be done without a reason. The hint says where the reason is kept. */
export const ReasonField = (props: Pick<ComponentProps<typeof TextField>, "hint" | "value" | "onChange" | "error">) => (
  <TextField label="Reason" rows={3} maxLength={500} isRequired {...props} />
);
