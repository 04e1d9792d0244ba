import { h } from 'preact';
import htm from 'htm';

/** Markup in template strings. Text in it is always text: nothing here writes HTML. */
export const html = htm.bind(h);
