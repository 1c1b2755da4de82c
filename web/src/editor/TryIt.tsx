// A question as somebody answers it, with what it would earn: nothing of it is kept.
import { useState } from "react";

import type { Document } from "../api/client";
import { Button } from "../ui/parts";
import { list, object, text } from "./document";
import { type Reply, feedback, judge, mixed } from "./tryIt";

export function TryIt({ question }: { question: Document }) {
  const interaction = object(question.interaction);
  const points = typeof question.points === "number" ? question.points : 1;
  const hints = Array.isArray(question.hints) ? (question.hints as string[]).filter(Boolean) : [];
  const [reply, setReply] = useState<Reply>();
  const [hinted, setHinted] = useState(0);
  const [checked, setChecked] = useState(false);
  const [round, setRound] = useState(0);
  const answer = (next: Reply) => { setReply(next); setChecked(false); };
  const given: Reply = reply ?? (interaction.type === "ordering" ? { ids: mixed(list(interaction.items).map((item) => text(item.id))) } : { ids: [] });
  const earned = checked ? judge(interaction, given) : null;
  const verdict = earned === null ? "A person marks this." : earned === 1 ? "Right" : earned > 0 ? "Partly right" : "Not right";
  return (
    <form
      key={round} className="try" aria-label="Try it"
      onSubmit={(event) => { event.preventDefault(); setChecked(true); }}
    >
      {interaction.type === "fill_in" ? null : <p className="try-prompt">{plain(text(question.prompt)) || "The prompt will stand here."}</p>}
      <Answer interaction={interaction} prompt={text(question.prompt)} reply={given} answer={answer} />
      {hints.slice(0, hinted).map((hint, n) => <p key={n} className="try-hint">{hint}</p>)}
      <div className="form-foot start">
        <Button type="submit" look="primary">Check</Button>
        {hinted < hints.length ? <Button onPress={() => setHinted(hinted + 1)}>Hint</Button> : null}
        <Button look="quiet" onPress={() => { setReply(undefined); setHinted(0); setChecked(false); setRound(round + 1); }}>Begin again</Button>
      </div>
      <div role="status" className="try-outcome">
        {checked ? (
          <div className={`try-verdict ${earned === null ? "open" : earned === 1 ? "right" : earned > 0 ? "partly" : "wrong"}`}>
            <p><strong>{verdict}</strong>{earned === null ? "" : ` · ${String(Math.round(earned * points * 100) / 100)} of ${String(points)} ${points === 1 ? "point" : "points"}`}</p>
            {feedback(question, given, earned).map((said, n) => <p key={n}>{plain(said)}</p>)}
            {interaction.type === "long_answer" && text(interaction.sample_answer) ? <p className="soft">A good answer: {text(interaction.sample_answer)}</p> : null}
          </div>
        ) : null}
      </div>
    </form>
  );
}

/** Markdown without its signs: the page beside this shows how it is set. */
function plain(markdown: string): string {
  return markdown.replace(/!?\[\[([^\]|]*\|)?([^\]]*)\]\]/g, "$2").replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[*_`#>]+/g, "").trim();
}

interface AnswerProps {
  interaction: Document;
  prompt: string;
  reply: Reply;
  answer: (reply: Reply) => void;
}

function Answer({ interaction, prompt, reply, answer }: AnswerProps) {
  const ids = "ids" in reply ? reply.ids : [];
  const texts = "texts" in reply ? reply.texts : {};
  const write = (field: string, value: string) => answer({ texts: { ...texts, [field]: value } });
  switch (interaction.type) {
    case "single_choice":
    case "true_false": {
      const choices = interaction.type === "true_false" ? [{ id: "true", text: "True" }, { id: "false", text: "False" }] : list(interaction.choices);
      return (
        <fieldset className="try-choices">
          <legend className="hidden">Choices</legend>
          {choices.map((choice) => (
            <label key={text(choice.id)}><input type="radio" name="try" checked={ids.includes(text(choice.id))} onChange={() => answer({ ids: [text(choice.id)] })} /> {plain(text(choice.text)) || text(choice.id)}</label>
          ))}
        </fieldset>
      );
    }
    case "multiple_choice":
      return (
        <fieldset className="try-choices">
          <legend className="hidden">Choices</legend>
          {list(interaction.choices).map(({ id, text: said }) => (
            <label key={text(id)}>
              <input type="checkbox" checked={ids.includes(text(id))} onChange={(event) => answer({ ids: event.target.checked ? [...ids, text(id)] : ids.filter((one) => one !== id) })} /> {plain(text(said)) || text(id)}
            </label>
          ))}
        </fieldset>
      );
    case "fill_in":
      return (
        <p className="try-prompt">
          {prompt.split(/(\[blank [a-z0-9_-]+\])/i).map((part, n) => {
            const id = /^\[blank (.+)\]$/i.exec(part)?.[1];
            return id === undefined ? <span key={n}>{plain(part) ? part.replace(/[*_`]+/g, "") : part}</span> : <input key={n} aria-label={`Blank ${id}`} value={texts[id] ?? ""} onChange={(event) => write(id, event.target.value)} />;
          })}
        </p>
      );
    case "numeric":
      return <label className="try-line"><input inputMode="decimal" aria-label="Your answer" value={texts.number ?? ""} onChange={(event) => write("number", event.target.value)} /> {text(interaction.unit)}</label>;
    case "long_answer":
      return <textarea rows={6} aria-label="Your answer" maxLength={typeof interaction.max_characters === "number" ? interaction.max_characters : undefined} value={texts.text ?? ""} onChange={(event) => write("text", event.target.value)} />;
    case "matching":
      return (
        <div className="try-pairs">
          {list(interaction.sources).map((source) => {
            const own = ids.find((id) => id.startsWith(`${text(source.id)}.`));
            return (
              <label key={text(source.id)}>
                <span>{plain(text(source.text)) || text(source.id)}</span>
                <select value={own?.split(".")[1] ?? ""} onChange={(event) => answer({ ids: [...ids.filter((id) => id !== own), ...(event.target.value ? [`${text(source.id)}.${event.target.value}`] : [])] })}>
                  <option value="">choose</option>
                  {list(interaction.targets).map((target) => <option key={text(target.id)} value={text(target.id)}>{plain(text(target.text)) || text(target.id)}</option>)}
                </select>
              </label>
            );
          })}
        </div>
      );
    case "ordering": {
      const items = new Map(list(interaction.items).map((item) => [text(item.id), item]));
      const order = [...ids.filter((id) => items.has(id)), ...[...items.keys()].filter((id) => !ids.includes(id))];
      const move = (from: number, to: number) => {
        const next = [...order];
        next.splice(to, 0, ...next.splice(from, 1));
        answer({ ids: next });
      };
      return (
        <ol className="try-order">
          {order.map((id, n) => {
            const said = plain(text(items.get(id)?.text)) || id;
            return (
              <li key={id}>
                <span>{said}</span>
                <Button small look="quiet" aria-label={`Move “${said}” up`} isDisabled={n === 0} onPress={() => move(n, n - 1)}>↑</Button>
                <Button small look="quiet" aria-label={`Move “${said}” down`} isDisabled={n === order.length - 1} onPress={() => move(n, n + 1)}>↓</Button>
              </li>
            );
          })}
        </ol>
      );
    }
    default: return null;
  }
}
