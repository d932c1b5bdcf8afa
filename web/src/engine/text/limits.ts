/** Longest text that is tokenised at all, in UTF-16 units. */
export const maxTextLength = 200_000;
