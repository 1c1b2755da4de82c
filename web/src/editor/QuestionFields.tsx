// A question: its prompt, the form of its interaction with the key, hints and feedback.
import { type Document, type Json } from "../api/client";
import { Button, Field } from "../ui/parts";
import type { FormProps } from "./shared";
import { INTERACTIONS, type InteractionType, freeId, list, newInteraction, object, text } from "./document";
import { Markdown } from "./Markdown";

export function QuestionFields({ document, change }: FormProps) {
  const interaction = object(document.interaction);
  const type = (text(interaction.type) || "single_choice") as InteractionType;
  const set = (edit: Document) => change({ ...document, interaction: { ...interaction, ...edit } });
  const feedback = object(document.feedback);
  const hints = Array.isArray(document.hints) ? (document.hints as string[]) : [];
  const said = (name: string, value: string) => {
    const next = Object.fromEntries(Object.entries({ ...feedback, [name]: value }).filter(([, one]) => one !== ""));
    const { feedback: _, ...rest } = document;
    change(Object.keys(next).length > 0 ? { ...rest, feedback: next } : rest);
  };
  return (
    <>
      <Field label="Prompt" hint={type === "fill_in" ? "Put [blank a] where the answer goes" : ""}>
        <Markdown lines={4} value={text(document.prompt)} label="Prompt" onChange={(prompt) => change({ ...document, prompt })} />
      </Field>
      <div className="field-row">
        <Field label="Answered by">
          <select value={type} onChange={(event) => change({ ...document, interaction: converted(interaction, event.target.value as InteractionType) })}>
            {Object.entries(INTERACTIONS).map(([name, label]) => <option key={name} value={name}>{label}</option>)}
          </select>
        </Field>
        <Field label="Points">
          <input
            type="number" min={0} step={0.5} value={typeof document.points === "number" ? document.points : 1}
            onChange={(event) => change({ ...document, points: Number(event.target.value) })}
          />
        </Field>
      </div>
      <Interaction type={type} of={interaction} set={set} />
      <fieldset className="section">
        <legend>Hints</legend>
        {hints.map((hint, n) => (
          <div className="pair" key={n}>
            <textarea rows={2} aria-label={`Hint ${String(n + 1)}`} value={hint} onChange={(event) => change({ ...document, hints: hints.map((one, m) => (m === n ? event.target.value : one)) })} />
            <Button small look="quiet" icon="trash" aria-label="Take the hint out" onPress={() => change({ ...document, hints: hints.filter((_, m) => m !== n) })} />
          </div>
        ))}
        <Button small icon="plus" onPress={() => change({ ...document, hints: [...hints, ""] })}>Hint</Button>
      </fieldset>
      <div className="field-row">
        <Field label="Said when right"><textarea rows={2} value={text(feedback.correct)} onChange={(event) => said("correct", event.target.value)} /></Field>
        <Field label="Said when wrong"><textarea rows={2} value={text(feedback.incorrect)} onChange={(event) => said("incorrect", event.target.value)} /></Field>
      </div>
    </>
  );
}

/** Another type with what both have in common: the choices. */
function converted(from: Document, type: InteractionType): Document {
  const next = newInteraction(type);
  const choices = list(from.choices);
  if (!next.choices || choices.length === 0) return next;
  const first = choices.findIndex((choice) => choice.correct === true);
  return { ...next, choices: type === "single_choice" ? choices.map((choice, n) => marked(choice, n === Math.max(first, 0))) : choices };
}

function marked(choice: Document, correct: boolean): Document {
  const { correct: _, ...rest } = choice;
  return correct ? { ...rest, correct } : rest;
}

function Interaction({ type, of, set }: { type: InteractionType; of: Document; set: (edit: Document) => void }) {
  switch (type) {
    case "single_choice":
    case "multiple_choice": return <Choices one={type === "single_choice"} of={of} set={set} />;
    case "true_false":
      return (
        <fieldset className="section">
          <legend>The statement is</legend>
          {[true, false].map((answer) => (
            <label key={String(answer)} className="check"><input type="radio" name="answer" checked={of.answer === answer} onChange={() => set({ answer })} /> {answer ? "True" : "False"}</label>
          ))}
        </fieldset>
      );
    case "fill_in": return <Blanks of={of} set={set} />;
    case "matching": return <Matching of={of} set={set} />;
    case "ordering": return <Items legend="In the right order" name="items" of={of} set={set} ordered />;
    case "numeric":
      return (
        <div className="field-row">
          <Field label="Answer"><input type="number" step="any" value={Number(of.answer ?? 0)} onChange={(event) => set({ answer: Number(event.target.value) })} /></Field>
          <Field label="Give or take"><input type="number" step="any" min={0} value={Number(of.tolerance ?? 0)} onChange={(event) => set({ tolerance: Number(event.target.value) })} /></Field>
          <Field label="Unit"><input value={text(of.unit)} onChange={(event) => set({ unit: event.target.value || null })} /></Field>
        </div>
      );
    case "long_answer":
      return (
        <>
          <Field label="A good answer" hint="Shown to those who mark it"><textarea rows={4} value={text(of.sample_answer)} onChange={(event) => set({ sample_answer: event.target.value })} /></Field>
          <Field label="Most characters"><input type="number" min={1} value={typeof of.max_characters === "number" ? of.max_characters : ""} onChange={(event) => set({ max_characters: event.target.value ? Number(event.target.value) : null })} /></Field>
        </>
      );
  }
}

function Choices({ one, of, set }: { one: boolean; of: Document; set: (edit: Document) => void }) {
  const choices = list(of.choices);
  const edit = (n: number, change: Document) => set({ choices: choices.map((choice, m) => (m === n ? { ...choice, ...change } : choice)) });
  return (
    <fieldset className="section">
      <legend>Choices, with the right {one ? "one" : "ones"} marked</legend>
      {choices.map((choice, n) => (
        <div key={text(choice.id)} className={`choice ${choice.correct ? "right" : ""}`}>
          <input
            type={one ? "radio" : "checkbox"} name="correct" aria-label={`Choice ${String(n + 1)} is right`} checked={choice.correct === true}
            onChange={(event) => set({ choices: choices.map((other, m) => (m === n ? marked(other, event.target.checked) : one ? marked(other, false) : other)) })}
          />
          <div className="choice-texts">
            <input aria-label={`Choice ${String(n + 1)}`} placeholder={`Choice ${String(n + 1)}`} value={text(choice.text)} onChange={(event) => edit(n, { text: event.target.value })} />
            <input className="choice-feedback" aria-label={`Said for choice ${String(n + 1)}`} placeholder="Said when it is chosen (optional)" value={text(choice.feedback)} onChange={(event) => edit(n, { feedback: event.target.value })} />
          </div>
          <Button small look="quiet" icon="trash" aria-label={`Take choice ${String(n + 1)} out`} isDisabled={choices.length <= 2} onPress={() => set({ choices: choices.filter((_, m) => m !== n) })} />
        </div>
      ))}
      <div className="choice-foot">
        <Button small icon="plus" onPress={() => set({ choices: [...choices, { id: freeId(choices.map((choice) => text(choice.id))), text: "" }] })}>Choice</Button>
        <label className="check"><input type="checkbox" checked={of.shuffle === true} onChange={(event) => set({ shuffle: event.target.checked })} /> Shuffle</label>
        {one ? null : <label className="check"><input type="checkbox" checked={of.partial_credit === true} onChange={(event) => set({ partial_credit: event.target.checked })} /> Part of the points for part of the answer</label>}
      </div>
    </fieldset>
  );
}

function Blanks({ of, set }: { of: Document; set: (edit: Document) => void }) {
  const blanks = list(of.blanks);
  const edit = (n: number, change: Document) => set({ blanks: blanks.map((blank, m) => (m === n ? { ...blank, ...change } : blank)) });
  return (
    <fieldset className="section">
      <legend>Blanks</legend>
      {blanks.map((blank, n) => (
        <div key={text(blank.id)} className="pair">
          <code>[blank {text(blank.id)}]</code>
          <input
            aria-label={`Accepted for ${text(blank.id)}`} placeholder="Accepted answers, separated by |" value={(blank.accept as string[] | undefined)?.join(" | ") ?? ""}
            onChange={(event) => edit(n, { accept: event.target.value.split("|").map((one) => one.trim()) })}
          />
          <label className="check"><input type="checkbox" checked={blank.case_sensitive === true} onChange={(event) => edit(n, { case_sensitive: event.target.checked })} /> Aa</label>
          <Button small look="quiet" icon="trash" aria-label={`Take blank ${text(blank.id)} out`} isDisabled={blanks.length <= 1} onPress={() => set({ blanks: blanks.filter((_, m) => m !== n) })} />
        </div>
      ))}
      <Button small icon="plus" onPress={() => set({ blanks: [...blanks, { id: freeId(blanks.map((blank) => text(blank.id))), accept: [""] }] })}>Blank</Button>
    </fieldset>
  );
}

function Items({ legend, name, of, set, ordered }: { legend: string; name: string; of: Document; set: (edit: Document) => void; ordered?: boolean }) {
  const items = list(of[name]);
  const move = (from: number, to: number) => {
    const next = [...items];
    next.splice(to, 0, ...next.splice(from, 1));
    set({ [name]: next as Json });
  };
  return (
    <fieldset className="section">
      <legend>{legend}</legend>
      {items.map((item, n) => (
        <div key={text(item.id)} className="pair">
          {ordered ? <span className="soft">{n + 1}.</span> : null}
          <input aria-label={`${legend} ${String(n + 1)}`} value={text(item.text)} onChange={(event) => set({ [name]: items.map((one, m) => (m === n ? { ...one, text: event.target.value } : one)) })} />
          {ordered ? <>
            <Button small look="quiet" aria-label="Move up" isDisabled={n === 0} onPress={() => move(n, n - 1)}>↑</Button>
            <Button small look="quiet" aria-label="Move down" isDisabled={n === items.length - 1} onPress={() => move(n, n + 1)}>↓</Button>
          </> : null}
          <Button small look="quiet" icon="trash" aria-label="Take out" isDisabled={items.length <= 2} onPress={() => set({ [name]: items.filter((_, m) => m !== n) })} />
        </div>
      ))}
      <Button small icon="plus" onPress={() => set({ [name]: [...items, { id: freeId(items.map((item) => text(item.id))), text: "" }] })}>One more</Button>
    </fieldset>
  );
}

function Matching({ of, set }: { of: Document; set: (edit: Document) => void }) {
  const targets = list(of.targets);
  const pairs = list(of.pairs);
  return (
    <>
      <div className="field-row">
        <Items legend="Left" name="sources" of={of} set={set} />
        <Items legend="Right" name="targets" of={of} set={set} />
      </div>
      <fieldset className="section">
        <legend>What belongs together</legend>
        {list(of.sources).map((source) => {
          const target = pairs.find((pair) => pair.source === source.id)?.target;
          return (
            <label key={text(source.id)} className="pair">
              <span>{text(source.text) || text(source.id)}</span>
              <select
                value={text(target)}
                onChange={(event) => {
                  const rest = pairs.filter((pair) => pair.source !== source.id);
                  set({ pairs: event.target.value ? [...rest, { source: text(source.id), target: event.target.value }] : rest });
                }}
              >
                <option value="">nothing</option>
                {targets.map((one) => <option key={text(one.id)} value={text(one.id)}>{text(one.text) || text(one.id)}</option>)}
              </select>
            </label>
          );
        })}
      </fieldset>
    </>
  );
}
