import { LitElement } from 'lit';

/**
 * An element that paints in the colours of where it stands, and paints again when these change: `page-look` tells that on
 * the document, or on the shadow root around it. Its styles come from there too.
 */
export abstract class Field extends LitElement {
  #places = new Set<EventTarget>();
  readonly #onLook = (): void => this.requestUpdate();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#places = new Set([document, this.getRootNode()]);
    for (const place of this.#places) place.addEventListener('page-look', this.#onLook);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const place of this.#places) place.removeEventListener('page-look', this.#onLook);
  }
}
