"use strict";
/* SCORM 2004 2nd edition: the run-time environment of the later editions, with less room (RTE 1.3.1, section 4.2.21). */

var lcms = lcms || {};

lcms.driver.suspendLimit = 4_000;
