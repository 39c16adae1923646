/** What the user of a command can put right; its message is shown as it is. */
export class CommandError extends Error {}
