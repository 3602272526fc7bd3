/**
 * Measurements of whole dumps and restores of real tasks, beside other ways to do the same. Each
 * prints what it measured as tables in Markdown, for docs/performance.md.
 */
package dev.ckpt.bench.live;
