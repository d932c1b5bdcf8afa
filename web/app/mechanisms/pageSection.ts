import { Section } from '../../src/elements/rooms/section.ts';

/** A section of this page: the page's own styles apply. */
export abstract class PageSection extends Section {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
