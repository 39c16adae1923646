const vm = require("node:vm");
const { TestEnvironment } = require("jest-environment-node");

/**
 * Tests run as production does, without code made from strings (`--disallow-code-generation-from-strings`): jest gives each file a
 * context of its own, which Node's flag does not reach.
 */
module.exports = class NoCodeFromStrings extends TestEnvironment {
  constructor(config, context) {
    const { createContext } = vm;
    vm.createContext = (object, options) =>
      createContext(object ?? {}, { ...options, codeGeneration: { strings: false } });
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
    // A test's own `process` does not hear of a rejection that nobody handles, and jest would fail the test for it. No more than this of
    // the real one is handed in: jest empties what it finds in a context when it is done with it.
    this.global.countUnhandledRejections = () => {
      const others = process.listeners("unhandledRejection");
      let count = 0;
      const listener = () => void count++;
      process.removeAllListeners("unhandledRejection").on("unhandledRejection", listener);
      const stop = () => {
        process.off("unhandledRejection", listener);
        for (const other of others) process.on("unhandledRejection", other);
      };
      return { soFar: () => count, stop };
    };
  }
};
