/**
 * Images as JSON: one object of the image in a line, pages in a file beside it or in the line. How
 * a field looks depends on its Java type alone: a {@code Shape} writes it, reads it and says its
 * schema. Jackson's streaming part carries the text.
 */
package dev.ckpt.convert.json;
