/**
 * A page of HTML with pictures of an image: one file that needs nothing else. May use the format
 * and nothing else; what comes out of an image goes through {@link dev.ckpt.convert.report.Html}
 * only.
 */
package dev.ckpt.convert.report;
