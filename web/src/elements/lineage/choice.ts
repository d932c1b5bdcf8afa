import { html, type TemplateResult } from 'lit';

/** One of several words, as radio buttons under each other. */
export function choice<Word extends string>(parts: {
  name: string;
  label: string;
  chosen: Word;
  all: Readonly<Record<Word, string>>;
  onChoose: (word: Word) => void;
}): TemplateResult {
  const { name, label, chosen, all, onChoose } = parts;
  return html`<fieldset class="choice">
    <legend class="label">${label}</legend>
    ${(Object.keys(all) as Word[]).map(
      (word) =>
        html`<label class="check"
          ><input
            type="radio"
            name=${name}
            value=${word}
            .checked=${word === chosen}
            @change=${() => onChoose(word)}
          />${all[word]}</label
        >`,
    )}
  </fieldset>`;
}
