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
    // What a test's own `process` cannot hear: a rejection that nobody handles ends the server.
    this.global.hostProcess = process;
  }
};
