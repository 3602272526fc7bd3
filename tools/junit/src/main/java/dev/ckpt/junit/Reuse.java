package dev.ckpt.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Beside {@link Helper}: the helper's image is kept for the next runs, as long as its command, the
 * files that the command names, the classes of its conditions and warm-ups and the kernel are the
 * same. Then the first test is as fast as the others.
 *
 * <p>What else a warm-up depends on, nobody sees: with fixtures that come from a file or a network,
 * delete the images by hand, or do not use this. They are in {@code ~/.cache/ckpt/helpers}, or in
 * the folder that the property {@code ckpt.reuse.folder} names.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER})
public @interface Reuse {}
