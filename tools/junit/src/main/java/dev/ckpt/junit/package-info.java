/**
 * Helper processes for JUnit tests: a database, a broker, a service of one's own. It is started
 * once, brought into a state that the tests begin with, and frozen; every test gets it back in that
 * state, in milliseconds.
 *
 * <p>{@link dev.ckpt.junit.FrozenHelper} is an extension to be registered, {@link
 * dev.ckpt.junit.Helper} an annotation for fields and parameters.
 */
package dev.ckpt.junit;
