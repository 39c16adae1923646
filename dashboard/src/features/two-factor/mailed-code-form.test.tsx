import { describe, expect, it, jest } from "@jest/globals";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MailedCodeForm } from "./mailed-code-form.js";

const wrong = {
  code: "EMAIL_CODE_REQUIRED",
  field: ["input", "emailCode"],
  message: "The emailed code is incorrect or has expired.",
};
const form = (more: Partial<Parameters<typeof MailedCodeForm>[0]>) => (
  <MailedCodeForm
    problems={[]}
    isPending={false}
    onCode={() => Promise.resolve()}
    cancelLabel="Cancel"
    onCancel={jest.fn()}
    {...more}
  >
    We emailed a code.
  </MailedCodeForm>
);

describe("the form for the mailed code", () => {
  it("passes on only the digits, and shows at the field that they were wrong", async () => {
    const user = userEvent.setup();
    const onCode = jest.fn((_code: string) => Promise.resolve());
    const { rerender } = render(form({ onCode }));
    await user.type(screen.getByLabelText(/Code from the email/), "123 456");
    await user.click(screen.getByRole("button", { name: "Continue" }));
    expect(onCode).toHaveBeenCalledWith("123456");
    rerender(form({ onCode, problems: [wrong] }));
    expect(screen.getByText(wrong.message)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Email me another code" })).toBeNull();
  });

  it.each([
    ["as the mail writes it", " 123 456 "],
    ["with a line break", "\n123456\n"],
    ["with no-break blanks", "\u00A0123\u00A0456\u00A0"],
    ["with a messenger's direction marks", "\u200F\u2068123456\u2069"],
    ["with dashes", "1-2-3-4-5-6"],
    ["in full-width digits", "１２３\u3000４５６"],
    ["in Arabic-Indic digits", "١٢٣ ٤٥٦"],
    ["twice", "123456 123456"],
  ])("accepts a code that is pasted %s", async (_how, pasted) => {
    const user = userEvent.setup();
    const onCode = jest.fn((_code: string) => Promise.resolve());
    render(form({ onCode }));
    await user.click(screen.getByLabelText(/Code from the email/));
    await user.paste(pasted);
    await user.click(screen.getByRole("button", { name: "Continue" }));
    expect(onCode).toHaveBeenCalledWith("123456");
  });

  it("is empty again once another code was emailed, in whatever digits the first was typed", async () => {
    const user = userEvent.setup();
    render(form({ onSendAgain: () => Promise.resolve(true) }));
    const field = screen.getByLabelText<HTMLInputElement>(/Code from the email/);
    await user.type(field, "١٢٣ ٤٥٦٧");
    expect(field.value).toBe("١٢٣ ٤٥٦");
    await user.click(screen.getByRole("button", { name: "Email me another code" }));
    expect(field.value).toBe("");
  });

  it("says that another code was emailed, and no longer that the earlier one was wrong", async () => {
    const user = userEvent.setup();
    render(form({ problems: [wrong], onSendAgain: () => Promise.resolve(true) }));
    await user.click(screen.getByRole("button", { name: "Email me another code" }));
    expect(screen.getByRole("status").textContent).toMatch(/emailed you another code/);
    expect(screen.queryByText(wrong.message)).toBeNull();
  });

  it("says why no other code was emailed", async () => {
    const user = userEvent.setup();
    const problem = { code: "TOO_MANY_REQUESTS", field: null, message: "We have already emailed you several codes." };
    render(form({ problems: [problem], onSendAgain: () => Promise.resolve(false) }));
    await user.click(screen.getByRole("button", { name: "Email me another code" }));
    expect(screen.getByRole("alert").textContent).toBe(problem.message);
    expect(screen.queryByRole("status")).toBeNull();
  });
});
