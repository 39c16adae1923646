/** Node's switch that disables `eval` and `new Function` for all code in the process. */
export const NO_GENERATED_CODE = "--disallow-code-generation-from-strings";

/** Whether this process was started with the switch, on its command line or in NODE_OPTIONS. */
export const refusesGeneratedCode = (
  execArgv: readonly string[] = process.execArgv,
  nodeOptions: string = process.env.NODE_OPTIONS ?? "",
): boolean => [...execArgv, ...nodeOptions.split(/\s+/)].includes(NO_GENERATED_CODE);
