// What an answer to a question is worth, by the rules of the player: for trying a question while it is written.
import type { Document } from "../api/client";
import { list, object, text } from "./document";

/** Ids that were chosen, an order or pairs `source.target`; or texts by field. */
export type Reply = { ids: string[] } | { texts: Record<string, string> };

function comparable(given: string, caseSensitive: boolean): string {
  const plain = given.normalize("NFC").trim().replace(/\s+/g, " ");
  return caseSensitive ? plain : plain.toLocaleLowerCase();
}

/** How many parts of an answer are right, how many are wrong on top, and of how many; null where a person judges. */
function parts(interaction: Document, reply: Reply): { right: number; wrong: number; of: number } | null {
  const ids = "ids" in reply ? reply.ids : [];
  const texts = "texts" in reply ? reply.texts : {};
  const among = (correct: string[], extra: boolean) => {
    const right = ids.filter((id) => correct.includes(id)).length;
    return { right, wrong: extra ? ids.length - right : 0, of: correct.length };
  };
  switch (interaction.type) {
    case "single_choice":
    case "multiple_choice": return among(list(interaction.choices).filter((choice) => choice.correct === true).map((choice) => text(choice.id)), true);
    case "true_false": return among([String(interaction.answer === true)], true);
    case "matching": return among(list(interaction.pairs).map((pair) => `${text(pair.source)}.${text(pair.target)}`), false);
    case "ordering": {
      const order = list(interaction.items).map((item) => text(item.id));
      return { right: order.filter((id, n) => ids[n] === id).length, wrong: 0, of: order.length };
    }
    case "fill_in": {
      const blanks = list(interaction.blanks);
      const fits = blanks.filter((blank) => {
        const cased = blank.case_sensitive === true;
        const given = comparable(texts[text(blank.id)] ?? "", cased);
        return ((blank.accept as string[] | undefined) ?? []).some((one) => comparable(one, cased) === given);
      });
      return { right: fits.length, wrong: 0, of: blanks.length };
    }
    case "numeric": {
      const given = number(texts.number ?? "", text(interaction.unit));
      const answer = Number(interaction.answer ?? 0);
      const fits = given !== null && Math.abs(given - answer) <= Number(interaction.tolerance ?? 0) + 1e-9 * Math.max(1, Math.abs(answer));
      return { right: fits ? 1 : 0, wrong: 0, of: 1 };
    }
    default: return null;
  }
}

/** 0 to 1: all or nothing, or part of it if the question gives partial credit; null where a person judges. */
export function judge(interaction: Document, reply: Reply): number | null {
  const found = parts(interaction, reply);
  if (!found) return null;
  const { right, wrong, of } = found;
  if (interaction.partial_credit === true) return of === 0 ? 0 : Math.max(0, right - wrong) / of;
  return right === of && wrong === 0 ? 1 : 0;
}

/** A number as somebody types it, with or without its unit. */
function number(given: string, unit: string): number | null {
  const bare = given.trim().replace(unit && given.trim().endsWith(unit) ? unit : /$^/, "").trim().replace(",", ".");
  return bare === "" || Number.isNaN(Number(bare)) ? null : Number(bare);
}

/** What is said after an answer: of what was chosen, then of the whole. */
export function feedback(question: Document, reply: Reply, earned: number | null): string[] {
  const interaction = object(question.interaction);
  const said = object(question.feedback);
  const chosen = "ids" in reply ? list(interaction.choices).filter((choice) => reply.ids.includes(text(choice.id))) : [];
  // What nobody judges is answered as well as it can be.
  return [...chosen.map((choice) => text(choice.feedback)), text(said[earned === null || earned === 1 ? "correct" : "incorrect"])].filter(Boolean);
}

/** An order that is not the right one, the same every time: what an ordering begins with. */
export function mixed(ids: string[]): string[] {
  return ids.length < 2 ? ids : [...ids.slice(1).reverse(), ...ids.slice(0, 1)];
}
