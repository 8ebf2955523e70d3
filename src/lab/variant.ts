import { Rng } from '../core/rng.ts';
import { readAnswer, sameAnswer } from './answer.ts';
import type { Answer, CodeLab, PaperLab } from './lab.ts';

/** Draws tried before a lab is taken to have no sound variant: a bug of the lab. */
const MAX_DRAWS = 500;

/**
 * The variant of a seed (its low 32 bits count). Draws again until the variant is one in which every listed mistake
 * shows: a mistake that leads to the right answer could not be told from it.
 */
export function variantOf<I>(lab: PaperLab<I> | CodeLab<I>, seed: number): I {
  const rng = new Rng(seed);
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const instance = lab.generate(rng);
    if (lab.kind === 'code' || everyMistakeShows(lab, instance)) return instance;
  }
  throw new Error(`lab ${lab.id} has no sound variant for seed ${seed}`);
}

/**
 * Whether each mistake changes an answer, and no two mistakes of different worth give the same wrong answer to a
 * question.
 */
function everyMistakeShows<I>(lab: PaperLab<I>, instance: I): boolean {
  const key = lab.key(instance);
  const forms = new Map(lab.questions(instance).map(({ id, form }) => [id, form]));
  const read = (id: string, answer: Answer): Answer => {
    const result = readAnswer(forms.get(id)!, answer);
    if (!result.ok) throw new Error(`lab ${lab.id}, ${id}: ${result.problem}`);
    return result.value;
  };
  const worth = new Map<string, number>();
  for (const mistake of lab.mistakes) {
    let shows = false;
    for (const [id, answer] of Object.entries(mistake.answers(instance, key))) {
      const value = read(id, answer);
      if (sameAnswer(value, read(id, key[id]!))) continue;
      shows = true;
      const name = `${id}: ${String(value)}`;
      if ((worth.get(name) ?? mistake.keeps) !== mistake.keeps) return false;
      worth.set(name, mistake.keeps);
    }
    if (!shows) return false;
  }
  return true;
}
