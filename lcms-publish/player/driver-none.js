"use strict";
/* No LMS: the lesson as plain web pages. Nothing is looked for and nothing is recorded. */

var lcms = lcms || {};

/** @type {Driver} */
lcms.driver = {
  api: null,
  methods: { initialize: "", terminate: "", get: "", set: "", commit: "", error: "" },
  suspendLimit: 0,
  suspendData: "",
  location: "",
  entry: "",
  learner: ["", ""],
  optional: [],
  standing: () => ({ completed: false, passed: false }),
  entries: () => [],
  sessionTime: () => ["", ""],
  interaction: () => [],
};
