const vm = require("node:vm");
const { TestEnvironment } = require("jest-environment-node");

/**
 * Tests run without code made from strings, as production does (`--disallow-code-generation-from-strings`): jest gives
 * each file a separate context, which Node's flag does not affect.
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
    // A test's own `process` does not receive unhandled rejections, and jest would fail the test for one. Only this
    // part of the real `process` is passed in: jest empties what it finds in a context when it is done with it.
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
