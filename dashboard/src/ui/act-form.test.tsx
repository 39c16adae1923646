import { describe, expect, it, jest } from "@jest/globals";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { ActForm } from "./act-form.js";

const form = (more: Partial<Parameters<typeof ActForm>[0]>) => (
  <ActForm
    onSubmit={() => Promise.resolve()}
    onCancel={jest.fn()}
    confirmLabel="Send"
    isPending={false}
    error={null}
    {...more}
  >
    <input aria-label="Name" />
  </ActForm>
);

describe("a form for one act", () => {
  it("submits with its button and with Enter, and the other button cancels", async () => {
    const user = userEvent.setup();
    const onSubmit = jest.fn(() => Promise.resolve());
    const onCancel = jest.fn();
    render(form({ onSubmit, onCancel }));
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect([onCancel.mock.calls.length, onSubmit.mock.calls.length]).toEqual([1, 0]);
    await user.click(screen.getByRole("button", { name: "Send" }));
    await user.type(screen.getByLabelText("Name"), "Ada{Enter}");
    expect(onSubmit).toHaveBeenCalledTimes(2);
  });

  it("submits only once while it waits for the answer, and keeps the focus where it was", async () => {
    const user = userEvent.setup();
    const onSubmit = jest.fn(() => Promise.resolve());
    const { rerender } = render(form({ onSubmit }));
    await user.click(screen.getByRole("button", { name: "Send" }));
    rerender(form({ onSubmit, isPending: true }));
    const button = screen.getByRole("button", { name: /Send/ });
    expect(document.activeElement).toBe(button);
    await user.click(button);
    expect(onSubmit).toHaveBeenCalledTimes(1);
  });

  it("shows the intro first, and the error right before the fields", () => {
    render(form({ intro: <p>We will email a link.</p>, error: "Not now." }));
    const [intro, error, field] = [
      screen.getByText("We will email a link."),
      screen.getByRole("alert"),
      screen.getByLabelText("Name"),
    ];
    expect(error.textContent).toBe("Not now.");
    expect(intro.nextElementSibling).toBe(error);
    expect(error.nextElementSibling).toBe(field);
  });
});
