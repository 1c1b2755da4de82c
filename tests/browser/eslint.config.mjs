import js from "@eslint/js";
import globals from "globals";

const careful = {
  eqeqeq: "error",
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-new-func": "error",
  "no-script-url": "error",
  "no-shadow": "error",
  "prefer-const": "error",
  "object-shorthand": "error",
  complexity: ["error", 15],
  "max-lines-per-function": ["error", { max: 60, skipComments: true }],
};

export default [
  js.configs.recommended,
  {
    files: ["lcms-publish/player/*.js"],
    languageOptions: { sourceType: "script", globals: globals.browser },
    // One namespace across classic scripts: each file says `var lcms = lcms || {}`.
    rules: { ...careful, "max-lines-per-function": "off" },
  },
  {
    files: ["lcms-api/src/preview/page/*.js"],
    languageOptions: { sourceType: "script", globals: { ...globals.browser, cmi5: "writable", createRuntime: "writable", keptValues: "writable" } },
    rules: { ...careful, "max-lines-per-function": "off", "no-redeclare": "off" },
  },
  {
    files: ["tests/browser/*-page.js"],
    languageOptions: { sourceType: "script", globals: globals.browser },
    rules: { ...careful, "max-lines-per-function": "off" },
  },
  {
    files: ["tests/browser/**/*.mjs"],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: { ...careful, "max-lines-per-function": "off" },
  },
];
