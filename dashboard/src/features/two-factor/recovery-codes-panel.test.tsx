import { describe, expect, it, jest } from "@jest/globals";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { RecoveryCodesPanel } from "./recovery-codes-panel.js";

describe("recovery codes", () => {
  it("are all shown, and the person can continue only after confirming that they are saved", async () => {
    const user = userEvent.setup();
    const onSaved = jest.fn();
    render(<RecoveryCodesPanel codes={["AAAA-1111", "BBBB-2222"]} onSaved={onSaved} />);
    expect(screen.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual(["AAAA-1111", "BBBB-2222"]);
    const onward = screen.getByRole("button", { name: "Continue" });
    await user.click(onward);
    expect(onSaved).not.toHaveBeenCalled();
    await user.click(screen.getByRole("checkbox", { name: "I have saved them" }));
    await user.click(onward);
    expect(onSaved).toHaveBeenCalledTimes(1);
  });
});
