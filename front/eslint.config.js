import js from "@eslint/js";
import globals from "globals";

const literals = "TemplateElement[value.raw=/\\n/]";

export default [
  js.configs.recommended,
  {
    files: ["*/*.js"],
    languageOptions: { globals: globals.browser },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-implied-eval": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],
      // Comments and indentation are not sent (ui/server/front.py), so no text may go over several lines.
      "no-multi-str": "error",
      "no-restricted-syntax": ["error", { selector: literals, message: "A text goes over several lines." }],
    },
  },
];
