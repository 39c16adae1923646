/** An error that the command's user can fix; its message is shown as it is. */
export class CommandError extends Error {}
