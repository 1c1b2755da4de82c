"use strict";
/* Small helpers for building and finding elements. No markup from strings: a strict content security policy holds. */

/**
 * The parts of the player, as types.
 * @typedef {InstanceType<typeof lcms.QuestionView>} QuestionView
 * @typedef {InstanceType<typeof lcms.Chrome>} Chrome
 * @typedef {InstanceType<typeof lcms.Player>} Player
 * @typedef {InstanceType<typeof lcms.Bridge>} Bridge
 * @typedef {InstanceType<typeof lcms.BridgeModel>} BridgeModel
 * @typedef {Exclude<Awaited<ReturnType<typeof lcms.session.connect>>, string>} Session
 */

var lcms = lcms || {};

lcms.dom = (() => {
  /**
   * A new element.
   * @template {keyof HTMLElementTagNameMap} Tag
   * @param {Tag} tag
   * @param {Record<string, string | boolean | undefined>} [attributes] true sets an empty attribute; false and undefined set none
   * @param {...(Node | string)} children
   * @returns {HTMLElementTagNameMap[Tag]}
   */
  function el(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  }

  /** Text for screen readers only. @param {string} text */
  const spoken = (text) => el("span", { class: "lcms-spoken" }, text);

  /** @template {HTMLElement} [E=HTMLElement] @param {ParentNode} root @param {string} selector @returns {E[]} */
  const all = (root, selector) => [...root.querySelectorAll(/** @type {"div"} */ (selector))].map((found) => /** @type {any} */ (found));

  /** Moves focus to an element that is not a control, without a scroll of its own. @param {HTMLElement} element */
  function focus(element) {
    if (element.tabIndex < 0) element.tabIndex = -1;
    element.focus({ preventScroll: true });
  }

  return { el, spoken, all, focus };
})();
