import { expect, test } from "vitest";

import { lines, saying, texts } from "./strings";

const question = {
  kind: "question", title: "Colour", prompt: "Which **one**?", points: 2, hints: ["Look up."],
  interaction: { type: "single_choice", choices: [{ id: "a", text: "Blue", correct: true }, { id: "b", text: "Green", feedback: "No." }] },
  feedback: { correct: "Yes." }, objectives: [{ id: "0198c0de-0000-7000-8000-000000000000", component: "support/see", policy: { follow: "latest" } }],
};

test("of a question everything is translated that is language, and nothing else", () => {
  expect(texts("question", question)).toEqual({
    title: "Colour", prompt: "Which **one**?", "hints/0": "Look up.", "interaction/choices/a/text": "Blue", "interaction/choices/b/text": "Green",
    "interaction/choices/b/feedback": "No.", "feedback/correct": "Yes.",
  });
  expect(lines("question", question)[0]?.label).toBe("Title");
  expect(lines("question", question).map(({ label }) => label)).toContain("Choice a");
});

test("a translation keeps ids, key and points", () => {
  const said = saying(question, { title: "Farbe", "interaction/choices/a/text": "Blau", "hints/0": "Schau hoch." });
  expect(said.title).toBe("Farbe");
  expect(said.points).toBe(2);
  expect(said.hints).toEqual(["Schau hoch."]);
  expect(said.interaction).toEqual({ type: "single_choice", choices: [{ id: "a", text: "Blau", correct: true }, { id: "b", text: "Green", feedback: "No." }] });
  expect(said.objectives).toEqual(question.objectives);
});

test("a string keeps its place when the list around it is sorted anew", () => {
  const turned = { ...question, interaction: { ...question.interaction, choices: [...question.interaction.choices].reverse() } };
  expect(texts("question", turned)["interaction/choices/a/text"]).toBe("Blue");
  const said = saying(turned, { "interaction/choices/a/text": "Blau" }) as typeof question;
  expect(said.interaction.choices[1]?.text).toBe("Blau");
});

test("accepted answers are one line, and come back as a list", () => {
  const blank = { title: "B", prompt: "[blank a]", interaction: { type: "fill_in", blanks: [{ id: "a", accept: ["red", "crimson"] }] } };
  expect(texts("question", blank)["interaction/blanks/a/accept"]).toBe("red | crimson");
  expect(saying(blank, { "interaction/blanks/a/accept": "rot |  purpur " }).interaction).toEqual({ type: "fill_in", blanks: [{ id: "a", accept: ["rot", "purpur"] }] });
});

test("of a structure the strings that it overrides are translated; of a profile title and summary", () => {
  const id = "0198c0de-0000-7000-8000-000000000001";
  const lesson = { title: "L", placements: [{ id, component: "support/x", overrides: { title: "Here", weight: 2 }, when: { audience: ["staff"] } }] };
  expect(texts("lesson", lesson)).toEqual({ title: "L", [`placements/${id}/overrides/title`]: "Here" });
  expect(texts("profile", { title: "P", theme: { colours: { accent: "#000" }, title: "no" } })).toEqual({ title: "P" });
});
