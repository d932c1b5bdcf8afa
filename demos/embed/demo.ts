import 'attention-playground/element';
import { at, look } from '../frame/page.ts';

const elements = document.querySelectorAll('attention-playground');

/** The elements follow the system by themselves; here they follow the page's own switches. */
function follow(): void {
  for (const element of elements) for (const [name, value] of Object.entries(look())) element.setAttribute(name, value);
}

const shown = ['text', 'head'].map((name) => [name, elements[0]?.getAttribute(name) ?? '']);
at<HTMLAnchorElement>('open').href = `../../index.html#${new URLSearchParams([['model', 'sentences'], ...shown])}`;
document.addEventListener('page-look', follow);
follow();
