/**
 * Moves pages by the task itself: a thread of the stopped task puts them into a pipe, page by page
 * and without a copy, and we read that; or takes them out of one, into which we have put ours.
 */
package dev.ckpt.backend.parasite;
