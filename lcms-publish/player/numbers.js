"use strict";
/* Numbers as people write them, and as the standards do. Pure. */

var lcms = lcms || {};

lcms.numbers = (() => {
  const PLACES = 7;

  /** What separates the decimals in a language, as it writes 1.5. @param {string} language */
  const decimalSign = (language) =>
    new Intl.NumberFormat(language).formatToParts(1.5).find(({ type }) => type === "decimal")?.value === "," ? "," : ".";

  /** Digits of other scripts, signs of other keyboards and spaces of all kinds, as ASCII. @param {string} text */
  const plain = (text) =>
    text
      .normalize("NFKC")
      .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 15))
      .replace(/\u066b/g, ".")
      .replace(/[\s\u066c'’]/g, "")
      .replace(/[\u2212\u2013]/g, "-");

  /**
   * Takes away what groups thousands and puts a point before the decimals. Of two signs the last one is the point.
   * One sign alone groups if it stands more than once, or if the language groups with it and three digits follow.
   * @param {string} text @param {string} language
   */
  function pointed(text, language) {
    const sign = text[Math.max(text.lastIndexOf("."), text.lastIndexOf(","))];
    if (sign === undefined) return text;
    const other = sign === "." ? "," : ".";
    const whole = text.split(other).join("");
    const groups = new RegExp(`^[-+]?[1-9]\\d{0,2}(\\${sign}\\d{3})+$`).test(whole);
    const alone = whole === text;
    if (alone && groups && (sign !== decimalSign(language) || whole.split(sign).length > 2)) return whole.split(sign).join("");
    return whole.replace(sign, ".");
  }

  /**
   * The number in what a learner typed, in the way of their language or the plain one: `1,5`, `1.5`, `1 500`, `٣٫٥`.
   * @param {string} text
   * @param {string} [unit] may stand behind it
   * @param {string} [language]
   * @returns {number | null} null when it is none
   */
  function read(text, unit = "", language = lcms.language) {
    const given = plain(text);
    const suffix = plain(unit).toLowerCase();
    const bare = suffix !== "" && given.toLowerCase().endsWith(suffix) ? given.slice(0, -suffix.length) : given;
    const written = pointed(bare, language);
    return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(written) ? Number(written) : null;
  }

  /** A number without an exponent, with at most seven decimals: SCORM 2004's real(10,7). @param {number} value */
  function write(value) {
    const fixed = value.toFixed(PLACES);
    return fixed.includes(".") ? fixed.replace(/\.?0+$/, "").replace(/^-0$/, "0") : fixed;
  }

  return { read, write };
})();
