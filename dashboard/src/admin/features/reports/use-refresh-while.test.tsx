import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { renderHook } from "@testing-library/react";
import { useRefreshWhile } from "./use-refresh-while.js";

describe("a page that shows something in progress", () => {
  const again = jest.fn();
  let isHidden = false;
  const turn = (hidden: boolean) => {
    isHidden = hidden;
    document.dispatchEvent(new Event("visibilitychange"));
  };
  const follow = (isInProgress: boolean, isFetching = false) =>
    renderHook((props) => useRefreshWhile(props.isInProgress, props.isFetching, again), {
      initialProps: { isInProgress, isFetching },
    });
  const asked = () => again.mock.calls.length;
  beforeEach(() => {
    jest.useFakeTimers();
    again.mockClear();
    isHidden = false;
    jest.spyOn(document, "hidden", "get").mockImplementation(() => isHidden);
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it("asks again after two seconds, and then only once the answer has come", () => {
    const { rerender } = follow(true);
    jest.advanceTimersByTime(1999);
    expect(asked()).toBe(0);
    jest.advanceTimersByTime(1);
    expect(asked()).toBe(1);
    rerender({ isInProgress: true, isFetching: true });
    jest.advanceTimersByTime(60_000);
    expect(asked()).toBe(1);
    rerender({ isInProgress: true, isFetching: false });
    jest.advanceTimersByTime(2000);
    expect(asked()).toBe(2);
  });

  it("stops when nothing is in progress any more, and when it is left", () => {
    const { rerender } = follow(true);
    rerender({ isInProgress: false, isFetching: false });
    jest.advanceTimersByTime(60_000);
    const { unmount } = follow(true);
    unmount();
    turn(false);
    jest.advanceTimersByTime(60_000);
    expect(asked()).toBe(0);
  });

  it("rests while it is hidden", () => {
    follow(true);
    jest.advanceTimersByTime(1000);
    turn(true);
    jest.advanceTimersByTime(60_000);
    expect(asked()).toBe(0);
    turn(false);
    jest.advanceTimersByTime(2000);
    expect(asked()).toBe(1);
  });

  it("does not begin if it is opened in a hidden tab", () => {
    isHidden = true;
    follow(true);
    jest.advanceTimersByTime(60_000);
    expect(asked()).toBe(0);
  });
});
