import { html, render, type TemplateResult } from 'lit';
import { addressOf, markupOf } from './address.ts';

/** Below each room's heading: a link to its state, and the markup that puts it on a page of one's own. */
export function addSharing(): void {
  for (const section of document.querySelectorAll('section.room')) {
    const place = document.createElement('div');
    place.className = 'share';
    section.querySelector('h2')!.after(place);
    draw(place, section, null);
  }
}

type Told = readonly [en: string, zh: string] | null;

const both = (en: string, zh: string): TemplateResult =>
  html`<span data-lang="en">${en}</span><span data-lang="zh" lang="zh">${zh}</span>`;

function draw(place: HTMLElement, section: Element, told: Told): void {
  const copy = async (text: string, done: Told): Promise<void> => {
    const isCopied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    draw(place, section, isCopied ? done : [text, text]);
  };
  const shareLink = (): void => {
    const address = addressOf(section);
    history.replaceState(null, '', address);
    void copy(address, ['The address is copied.', '链接已复制。']);
  };
  const shareMarkup = (): void =>
    void copy(markupOf(section), [
      'The tag is copied; it needs the script rooms.js of the package.',
      '标签已复制；还需要软件包里的 rooms.js。',
    ]);
  render(
    html`<button type="button" class="plain" @click=${shareLink}>${both('Link to this', '链接到这里')}</button>
      <button type="button" class="plain" @click=${shareMarkup}>${both('Embed this', '嵌入网页')}</button>
      <span role="status">${told ? both(...told) : ''}</span>`,
    place,
  );
}
