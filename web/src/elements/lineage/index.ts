// Importing this file defines the rooms from a weighted average to attention, each an element of its own.
export {};
