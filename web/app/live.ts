import type { Stand } from '../src/elements/scene.ts';
import type { Build, Edit, ModelInfo, ModelInput, Pixels, Run } from '../src/engine/types.ts';
import { emptyHistory, type History } from './changes.ts';
import type { GrammarFile } from './first.ts';
import type { LinkedSentence } from './links.ts';
import type { MessageKey } from './messages.ts';
import type { OwnModel, Weights } from './models.ts';
import type { FamilyParts } from './session.ts';
import type { Settings } from './settings.ts';

/** One finished forward pass as the page shows it. */
export interface Picture {
  model: string;
  info: ModelInfo;
  /** The attention that was recorded. */
  stand: Stand;
  input: ModelInput;
  /** The visitor's changes. */
  edits: readonly Edit[];
  /** With them. */
  run: Run;
  /** Without them; the same run when nothing is changed. */
  before: Run;
  /** The layer whose q, k and scores were recorded. */
  layer: number;
  /** The temperature inside attention of `run`. */
  temperature: number;
  /** What a decoder beside an encoder writes, without the changes and with them; `before` is the target of both runs. */
  answer: { before: string; now: string } | null;
}

/** An image that the visitor gave. */
export interface GivenImage {
  pixels: Pixels;
  /** The example that it is, or ''. */
  example: string;
}

/** A sentence for the visitor. */
export interface Notice {
  key: MessageKey;
  values?: Record<string, string | number>;
}

/** An error with its own words, and what was attempted. */
export interface Failure {
  code: string;
  message: string;
  attempt: MessageKey;
}

export interface Generated {
  prompt: string;
  steps: readonly { token: string; probability: number }[];
  state: 'running' | 'done' | 'stopped';
  milliseconds: number;
}

/** Panels that are loaded when they are asked for. */
export type Tool = 'save' | 'check' | 'weights';

/** What the page knows at this moment; the settings are the part that a link carries. */
export interface Live {
  settings: Settings;
  history: History;
  phase: 'starting' | 'loading' | 'ready';
  progress: { loaded: number; total: number };
  build: Build | null;
  /** The open model; the one before stays open while another is loading. */
  open: { name: string; info: ModelInfo } | null;
  /** What the page has for models that do not continue a text, once one was opened. */
  parts: FamilyParts | null;
  /** What a model of images reads. */
  image: GivenImage | null;
  /** The panel that is open below the picture. */
  tool: Tool | null;
  /** The open model, if it is the visitor's own. */
  own: OwnModel | null;
  /** Those of the open model. */
  weights: Weights | null;
  /** The model that is loading is the visitor's own, and may be given up. */
  cancellable: boolean;
  /** The dialog for the visitor's own models is open. */
  choosing: boolean;
  picture: Picture | null;
  /** The field holds no text, so the picture is of an earlier one. */
  empty: boolean;
  /** The sentences of the picture whose grammar is known, with their true links. */
  linked: readonly LinkedSentence[];
  grammar: GrammarFile | null;
  painting: boolean;
  /** Files hover over the page. */
  dragging: boolean;
  failure: Failure | null;
  notice: Notice | null;
  generated: Generated | null;
}

export function firstState(settings: Settings): Live {
  return {
    settings,
    history: emptyHistory,
    phase: 'starting',
    progress: { loaded: 0, total: 0 },
    build: null,
    open: null,
    parts: null,
    image: null,
    tool: null,
    own: null,
    weights: null,
    cancellable: false,
    choosing: false,
    picture: null,
    empty: false,
    linked: [],
    grammar: null,
    painting: false,
    dragging: false,
    failure: null,
    notice: null,
    generated: null,
  };
}
